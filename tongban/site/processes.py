"""Processes and ports of one Linux machine: children that end with their parent, process trees, owners of ports."""

import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tongban.site.bootstrap import ROOT

INSTANCE = "TONGBAN_INSTANCE"
"""Environment variable of every process that one start of `bin/run` created, directly or indirectly."""
_GRACE = 10.0
"""Seconds that a child has to stop by itself where its start is given up."""
_PR_SET_PDEATHSIG = 1
_LISTENS = "0A"
_libc = ctypes.CDLL(None)


class PortTaken(Exception):
    """Another process listens on the port; the message says which."""


def end_with_parent(number: int) -> None:
    """Ask the kernel to send this process a signal when its parent dies (prctl PR_SET_PDEATHSIG)."""
    _libc.prctl(_PR_SET_PDEATHSIG, number)


def ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that ask this process to end: Ctrl-C, SIGTERM, and the end of its terminal.

    A process that was started to outlive its terminal (nohup) ignores the last.
    """
    outlives = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM) if outlives else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def start(
    command: list[str],
    *,
    orphaned: int = signal.SIGTERM,
    own_group: bool = True,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] | None = None,
    errors: int | IO[bytes] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a child in the project's folder. It receives the signal `orphaned` when this process dies.

    Ending signals are held back while the child is forked, because Python drops an exception that a handler raises
    in a hook of the fork. A handler that raises afterwards ends the child.
    """
    child = None
    try:
        with _signals_held_back():
            # `preexec_fn` is safe here: no thread of the callers holds a lock that the child needs before it runs.
            child = subprocess.Popen(
                command, cwd=ROOT, env=environment, start_new_session=own_group, stdout=output, stderr=errors,
                preexec_fn=_tied_to_parent(orphaned),  # noqa: PLW1509
            )  # fmt: skip
    except BaseException:
        if child and own_group:
            stop([child], _GRACE)
        elif child:
            child.kill()
            child.wait()
        raise
    return child


def run(
    command: list[str], environment: Mapping[str, str], *, output: int | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run a command in this process's group and return how it ended. It is killed when this process dies."""
    child = start(command, orphaned=signal.SIGKILL, own_group=False, environment=environment, output=output)
    try:
        written, _ = child.communicate()
    except BaseException:
        child.kill()
        child.wait()
        raise
    return subprocess.CompletedProcess(command, child.returncode, written)


def _tied_to_parent(number: int) -> Callable[[], None]:
    """Return what a child does before it runs: it asks for the signal, even if its parent is already dead."""
    parent = os.getpid()

    def tie() -> None:
        end_with_parent(number)
        if os.getppid() != parent:
            os._exit(1)

    return tie


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Run the block without handlers of the ending signals; what arrived meanwhile is handled at its end.

    A signal mask would not do for the block: the signal may reach another thread, and Python runs the handler in this
    one. It only keeps the end whole, so that no handler raises before the other one is back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers run in the main thread only
        return
    arrived: list[int] = []
    handlers = {number: signal.getsignal(number) for number in ending_signals()}
    # None is a handler that was not installed from Python, and that Python cannot put back.
    handlers = {number: one for number, one in handlers.items() if one not in (signal.SIG_IGN, None)}
    try:
        for number in handlers:
            signal.signal(number, lambda arriving, _: arrived.append(arriving))
        yield
    finally:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, handlers)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for arriving in arrived:
            signal.raise_signal(arriving)  # waits until the mask is taken off
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop(children: "Iterable[subprocess.Popen[bytes]]", grace: float) -> None:
    """Ask the children to stop, wait up to `grace` seconds in total, then kill what is left of their groups."""
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


def end_group(child: "subprocess.Popen[bytes]") -> None:
    """Kill the processes that an ended child has left in its group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def of_instance(instance: str) -> set[int]:
    """Return the running processes of an instance, except this one.

    They are recognised by their environment, so a reused process id is never mistaken for one of them.
    """
    mark = f"{INSTANCE}={instance}".encode()
    return {pid for pid in _pids() if pid != os.getpid() and mark in _proc_fields(pid, "environ")}


def end_instance(instance: str, *, grace: float = 3.0) -> int:
    """End all processes of an instance, after `grace` seconds by force, and return how many there were."""
    found = of_instance(instance)
    _signal(found, signal.SIGTERM)
    if not _gone(instance, grace):
        _signal(of_instance(instance), signal.SIGKILL)
        _gone(instance, grace)
    return len(found)


def hold_port(host: str, port: int) -> list[socket.socket]:
    """Check that nobody listens on the port, and reserve it against other starts of the platform.

    The web server's sockets share their port (SO_REUSEPORT), so the kernel would allow a second server. Keep the
    returned sockets: they hold a name in the kernel until this process ends. Raises PortTaken.
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
    """Yield the addresses to check. With 127.0.0.1 also ::1, because browsers may resolve `localhost` to either."""
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
    """Return ` (process 123, granian, data folder /srv/tongban)` as far as it is known, else an empty string."""
    sockets = {f"socket:[{inode}]" for inode in _listeners(port)}
    for pid in _pids():
        if sockets.intersection(_opened(pid)):
            name = _proc_fields(pid, "comm")[0].decode().strip()
            data = [part[13:].decode() for part in _proc_fields(pid, "environ") if part.startswith(b"TONGBAN_DATA=")]
            return f" (process {pid}, {name}{f', data folder {data[0]}' if data else ''})"
    return ""


def _opened(pid: int) -> Iterator[str]:
    """Yield the files and sockets that a process has open, as far as they are visible."""
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield str(link.readlink())


def _listeners(port: int) -> set[str]:
    """Return the inodes of the sockets that listen on the port."""
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


def _proc_fields(pid: int, name: str) -> list[bytes]:
    """Return the NUL-separated parts of a file in /proc/<pid>, or one empty part if it cannot be read."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes().split(b"\0")
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
