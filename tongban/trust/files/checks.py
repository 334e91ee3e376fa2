"""Health checks of files: files can be stored, and the malware scanner answers."""

from dataclasses import asdict

from django.conf import settings

from tongban.foundation import health
from tongban.foundation.health import Finding
from tongban.trust.files import queries

FEWEST_INODES = 1000


def register() -> None:
    health.register("files", storage, fails_readiness=True, needs_database=False)
    health.register("scanner", scanner, needs_database=False)


def scanner() -> Finding:
    """Return the scanner's state; a platform without a scanner is healthy."""
    state = queries.scanner_state()
    return Finding(ok=state.reachable or not state.configured, detail=asdict(state))


def storage() -> Finding:
    """Return whether files can be stored and enough space is left."""
    found = queries.probe()
    inodes_left = found.free_inodes is None or found.free_inodes >= FEWEST_INODES
    return Finding(
        ok=found.writable and found.store_answers and found.free_bytes >= settings.FREE_SPACE and inodes_left,
        detail={
            "writable": found.writable,
            "store_answers": found.store_answers,
            "free_bytes": found.free_bytes,
            "needed_bytes": settings.FREE_SPACE,
            "free_inodes": found.free_inodes,
        },
    )
