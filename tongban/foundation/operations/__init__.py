"""Running the platform: embedded PostgreSQL, health checks, queues and the worker."""
