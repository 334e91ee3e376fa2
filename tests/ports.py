"""Ports for the programs that tests start."""

import itertools
import os
import socket

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_TRIED = itertools.count(10_000 + _WORKER * 2_000 + os.getpid() % 2_000)


def free_port() -> int:
    """Return a port on which nothing listens; each is returned once.

    It is below the ephemeral ports of the system, so that nobody else gets it before the program listens.
    """
    for port in _TRIED:
        with socket.socket() as one, socket.socket(socket.AF_UNIX) as name:
            try:
                one.bind(("127.0.0.1", port))
                name.bind(f"\0tongban/port/{port}")  # a platform that does not listen yet holds this lock
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
