"""The append-only, publicly verifiable record of every event (存证)."""
