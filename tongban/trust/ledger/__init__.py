"""The append-only record of every event (存证), behind the door record()."""
