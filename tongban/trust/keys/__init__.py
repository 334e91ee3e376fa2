"""The government of keys and certificates: who makes, rotates, retires, destroys and revokes them, and why."""
