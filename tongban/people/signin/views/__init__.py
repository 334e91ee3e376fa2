"""Pages of signing in, of registering, and of one's own account."""
