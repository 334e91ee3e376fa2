"""The heartbeats of workers: how often one is sent, and when a silent worker counts as gone. In seconds."""

INTERVAL = 2.0
TIMEOUT = 8.0
"""Without a heartbeat for this long, a worker counts as dead and its jobs are resumed."""
NOT_READY_AFTER = TIMEOUT + INTERVAL
"""Without a heartbeat of any worker for this long, the platform is not ready. It is one heartbeat more than the
timeout, so that a heartbeat which the database was slow to write does not take the platform out of use."""
