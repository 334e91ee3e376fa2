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
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("no port is free")
