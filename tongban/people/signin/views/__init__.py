"""Pages of signing in, of registering, and of people's own accounts."""
