"""Running the platform: embedded PostgreSQL, health, worker heartbeat."""
