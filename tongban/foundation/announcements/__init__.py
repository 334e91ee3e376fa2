"""Events for rooms above: announced in the caller's transaction, delivered at least once."""
