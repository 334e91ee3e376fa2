"""Every use of a person's data (用数记录): whose data, by whom, when, which fields, for which purpose."""
