"""Every use of a person's data (用数记录): whose, by whom, when, which fields, for what."""
