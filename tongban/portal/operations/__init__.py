"""What the system administrator sees of the platform itself."""
