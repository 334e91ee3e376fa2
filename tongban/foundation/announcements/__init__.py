"""Events told upwards: announced in the caller's transaction, delivered at least once."""
