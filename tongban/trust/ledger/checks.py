"""What the ledger tells operations: whether its newest head is fresh, and whether an alarm is open.

It takes no server out of use: what the ledger found does not go away by sending people elsewhere.
"""

from tongban.foundation import clock, health
from tongban.foundation.health import Finding
from tongban.trust.ledger import queries, services


def register() -> None:
    health.register("ledger", state)


def state() -> Finding:
    """A platform that has not signed a head yet is well."""
    now = queries.ledger_state(clock.now())
    fresh = now.head_age is None or now.head_age < services.FROZEN.total_seconds()
    return Finding(ok=fresh and not now.alarms, detail={"head_age": now.head_age, "alarms": now.alarms})
