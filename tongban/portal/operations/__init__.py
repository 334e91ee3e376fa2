"""Pages about the platform itself, for the system administrator."""
