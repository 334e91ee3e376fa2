"""A city at scale: what services wrote for a few applications, written again for many persons and days."""
