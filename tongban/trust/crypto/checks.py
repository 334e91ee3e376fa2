"""What the keys tell operations: whether what is sealed can be opened."""

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.trust.crypto import queries


def register() -> None:
    health.register("keys", keys_open, fails_readiness=True)


def keys_open() -> Finding:
    """The key of general values opens under the master key."""
    return Finding(ok=queries.can_open())
