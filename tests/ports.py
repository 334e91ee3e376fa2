"""Ports for the programs that tests start."""

import itertools
import os
import socket

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_TRIED = itertools.count(10_000 + _WORKER * 2_000 + os.getpid() % 2_000)


def free_port() -> int:
    """A port on which nothing listens, given once.

    It lies below those that the system hands out to whoever asks for any: between asking and listening nobody gets it.
    """
    for port in _TRIED:
        with socket.socket() as one, socket.socket(socket.AF_UNIX) as name:
            try:
                one.bind(("127.0.0.1", port))
                name.bind(f"\0tongban/port/{port}")  # a platform that does not listen yet holds this
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
