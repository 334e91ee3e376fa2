"""Health check of the keys: sealed values can be opened."""

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.trust.crypto import queries


def register() -> None:
    health.register("keys", keys_open, fails_readiness=True)


def keys_open() -> Finding:
    """Return whether the data key of general values opens under the master key."""
    return Finding(ok=queries.can_open())
