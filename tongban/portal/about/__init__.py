"""Pages about the platform: help, service halls, privacy, accessibility, and the files that machines ask for."""
