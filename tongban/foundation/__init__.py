"""What everything stands on, and where nothing knows a person: errors, clock, pages, announcements, operations."""
