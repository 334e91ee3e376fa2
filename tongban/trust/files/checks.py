"""What files tell operations besides room on the disk: whether the malware scanner answers."""

from dataclasses import asdict

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.trust.files import queries


def register() -> None:
    health.register("scanner", scanner, needs_database=False)


def scanner() -> Finding:
    """A platform without a scanner says so, and is well."""
    state = queries.scanner_state()
    return Finding(ok=state.reachable or not state.configured, detail=asdict(state))
