"""Personal pages (我的): applications with their live progress, and uses of personal data."""
