"""The embedded PostgreSQL: binaries from a Python wheel, started by our own launcher. No Django here.

Each process that needs the database attaches to it, and the last to detach stops it. Users are counted by a shared lock
that the kernel releases with its process, so even a SIGKILL leaves the count right.
"""

from tongban.foundation.operations.postgres.places import Places, places_for, programs
from tongban.foundation.operations.postgres.server import (
    Server,
    ServerFailed,
    attach,
    end,
    is_embedded,
    is_server_of,
    stop_unused,
)

__all__ = [
    "Places",
    "Server",
    "ServerFailed",
    "attach",
    "end",
    "is_embedded",
    "is_server_of",
    "places_for",
    "programs",
    "stop_unused",
]
