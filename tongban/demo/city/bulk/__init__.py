"""A city at scale: rows that services wrote for a few applications, copied for many persons and days."""
