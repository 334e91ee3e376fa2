"""Settings, start and address table: assembles the platform from its rooms."""
