"""The embedded PostgreSQL: the wheel's binaries under our own launcher. No Django here.

Every process that needs the database attaches; the last to detach stops it. A lock that the kernel drops with its
process counts the users, so a SIGKILL never leaves a wrong count.
"""

from tongban.foundation.operations.postgres.places import Places, places_for, programs
from tongban.foundation.operations.postgres.server import (
    Server,
    ServerFailed,
    attach,
    end,
    is_embedded,
    is_of,
    stop_unused,
)

__all__ = [
    "Places",
    "Server",
    "ServerFailed",
    "attach",
    "end",
    "is_embedded",
    "is_of",
    "places_for",
    "programs",
    "stop_unused",
]
