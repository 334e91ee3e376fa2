"""Applications at the window (现场办理): a clerk applies for a person who is present."""
