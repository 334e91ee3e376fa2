"""Processes and ports of one machine: children that end with their parent, whole trees, and who holds a port. Linux."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tongban.site.bootstrap import ROOT

INSTANCE = "TONGBAN_INSTANCE"
"""In the environment of every process that one start of `bin/run` began, however deep below it."""
_PR_SET_PDEATHSIG = 1
_LISTENS = "0A"
_libc = ctypes.CDLL(None)


class PortTaken(Exception):
    """Somebody else listens there; the message says who."""


def end_with_parent(number: int) -> None:
    """Ask the kernel to send this process a signal when its parent dies (prctl PR_SET_PDEATHSIG)."""
    _libc.prctl(_PR_SET_PDEATHSIG, number)


def signal_when_orphaned(number: int) -> Callable[[], None]:
    """A `preexec_fn`: the child gets the signal when we die, even if we die before it could ask for it."""
    parent = os.getpid()

    def tie() -> None:
        end_with_parent(number)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def start(command: list[str]) -> "subprocess.Popen[bytes]":
    """Start a child in a process group of its own; it receives SIGTERM when this process dies."""
    # `preexec_fn` is safe here: this process has only one thread, so no lock can be held between fork and exec.
    before_exec = signal_when_orphaned(signal.SIGTERM)
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, preexec_fn=before_exec)  # noqa: PLW1509


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run a command and return its exit code. The command is killed when this process dies."""
    before_exec = signal_when_orphaned(signal.SIGKILL)
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, preexec_fn=before_exec).returncode


def stop(children: "Iterable[subprocess.Popen[Any]]", grace: float) -> None:
    """Ask each child to stop, wait, and end what is left of its group."""
    children = list(children)
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + grace
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        end_group(child)


def end_group(child: "subprocess.Popen[Any]") -> None:
    """End what a child that has ended left behind in its group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def of_instance(instance: str) -> set[int]:
    """The living processes that belong to an instance, but for this one.

    The mark stands in their environment, so a recycled process number is never taken for one of them.
    """
    mark = f"{INSTANCE}={instance}".encode()
    return {pid for pid in _pids() if pid != os.getpid() and mark in _told(pid, "environ")}


def end_instance(instance: str, *, grace: float = 3.0) -> int:
    """End whatever is left of an instance; how many processes there were."""
    found = of_instance(instance)
    _signal(found, signal.SIGTERM)
    if not _gone(instance, grace):
        _signal(of_instance(instance), signal.SIGKILL)
        _gone(instance, grace)
    return len(found)


def hold_port(host: str, port: int) -> list[socket.socket]:
    """Make sure that nobody listens on the port, and keep every other start of ours away from it.

    The web server's own sockets share their port (SO_REUSEPORT), so the kernel would let a second server in. What is
    answered must be kept: it is a name in the kernel that ends with this process. Raises PortTaken.
    """
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0tongban/port/{port}")
    except OSError:
        name.close()
        raise PortTaken(f"Port {port} is taken by another 通办{_holder(port)}.") from None
    for family, address in _addresses(host):
        with socket.socket(family) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                one.bind((address, port))
                one.listen(1)
            except PermissionError:
                name.close()
                raise PortTaken(f"Port {port} may be opened by root only.") from None
            except OSError as error:
                name.close()
                what = f"is taken by another program{_holder(port)}" if _listeners(port) else f"fails: {error.strerror}"
                raise PortTaken(f"Port {port} on {address} {what}.") from None
    return [name]


def _addresses(host: str) -> Iterator[tuple[int, str]]:
    """Where we listen; beside 127.0.0.1 also ::1, because a browser may take `localhost` for either."""
    yield (socket.AF_INET6 if ":" in host else socket.AF_INET), host
    if host in {"127.0.0.1", "0.0.0.0"} and _has("::1"):
        yield socket.AF_INET6, "::1"


def _has(address: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind((address, 0))
    except OSError:
        return False
    return True


def _holder(port: int) -> str:
    """` (process 123, granian, data folder /srv/tongban)` as far as it can be seen, else nothing."""
    sockets = {f"socket:[{inode}]" for inode in _listeners(port)}
    for pid in _pids():
        if sockets.intersection(_opened(pid)):
            name = _told(pid, "comm")[0].decode().strip()
            data = [part[13:].decode() for part in _told(pid, "environ") if part.startswith(b"TONGBAN_DATA=")]
            return f" (process {pid}, {name}{f', data folder {data[0]}' if data else ''})"
    return ""


def _opened(pid: int) -> Iterator[str]:
    """What the process has open; nothing where that may not be seen."""
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield str(link.readlink())


def _listeners(port: int) -> set[str]:
    """The inodes of the sockets that listen on the port."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            cells = line.split()
            if cells[3] == _LISTENS and int(cells[1].rpartition(":")[2], 16) == port:
                found.add(cells[9])
    return found


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _told(pid: int, what: str) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def _signal(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            continue


def _gone(instance: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while of_instance(instance):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
