"""`bench pages`: what each page costs in this process, and what every request costs before its own work."""
