"""The base of every other storey, without any notion of a person: errors, clock, pages, announcements, operations."""
