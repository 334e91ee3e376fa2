"""Pages and a command for keys and certificates, for the security administrator."""
