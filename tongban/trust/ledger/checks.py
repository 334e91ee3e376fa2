"""Health check of the ledger: the newest head is fresh and no alarm is open.

A failure does not take a server out of rotation, since sending people to another server would not help.
"""

from tongban.foundation import clock, health
from tongban.foundation.health import Finding
from tongban.trust.ledger import queries, services


def register() -> None:
    health.register("ledger", state)


def state() -> Finding:
    """Return the state of the ledger; a platform that has not signed a head yet is healthy."""
    now = queries.ledger_state(clock.now())
    fresh = now.head_age is None or now.head_age < services.FROZEN.total_seconds()
    return Finding(ok=fresh and not now.alarms, detail={"head_age": now.head_age, "alarms": now.alarms})
