"""Pages that need several rooms: home, personal pages, the officers' desk, the window and administration."""
