"""Ports in use, children that end with their parent, and leftovers of a killed start."""

import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.signals import ending_signals_end
from tests.waiting import until
from tongban.site import processes
from tongban.site.processes import INSTANCE, PortTaken

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys
from tongban.site.processes import PortTaken, hold_port
sys.stdin.readline()
try:
    kept = hold_port("127.0.0.1", int(sys.argv[1]))
except PortTaken:
    print("taken", flush=True)
else:
    print("mine", flush=True)
sys.stdin.readline()
"""
FAMILY = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; print(flush=True); signal.pause()"],
                         stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()  # its environment is readable only once it runs its own program
print(child.pid, flush=True)
sys.stdin.read()
"""


def lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def listener(address, port, *, shared=False):
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as web servers do
    if ":" in address:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if shared:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        one.bind((address, port))
    except OSError:
        one.close()
        pytest.skip(f"this machine has no {address}")
    one.listen()
    return one


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
@pytest.mark.parametrize("shared", [True, False])
def test_a_port_in_use_is_refused_in_one_sentence(address, shared):
    port = free_port()
    with listener(address, port, shared=shared), pytest.raises(PortTaken) as refused:
        processes.hold_port("127.0.0.1", port)
    said = str(refused.value)
    assert f"Port {port}" in said
    assert f"process {os.getpid()}" in said
    assert "\n" not in said


def test_a_port_that_was_just_closed_is_free():
    port = free_port()
    with listener("127.0.0.1", port) as one, socket.create_connection(("127.0.0.1", port)) as client:
        accepted, _ = one.accept()
        accepted.close()  # closed by us, so our end is in TIME_WAIT
        assert client.recv(1) == b""
    for kept in processes.hold_port("127.0.0.1", port):
        kept.close()


def test_one_of_many_parallel_starts_gets_the_port_and_its_death_frees_it():
    port = free_port()
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(port)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    try:
        for start in starts:
            start.stdin.write("go\n")
            start.stdin.flush()
        said = {start: start.stdout.readline().strip() for start in starts}
        assert sorted(said.values()) == ["mine", *["taken"] * 5]
        winner = next(start for start, word in said.items() if word == "mine")
        winner.kill()
        winner.wait()
        for kept in processes.hold_port("127.0.0.1", port):
            kept.close()
    finally:
        for start in starts:
            start.kill()
            start.communicate()


def family(instance):
    """Start a parent, and its child in a separate session; both belong to the instance."""
    parent = subprocess.Popen(
        [sys.executable, "-c", FAMILY],
        env={**os.environ, INSTANCE: instance}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return parent, int(parent.stdout.readline())


def test_all_processes_of_an_instance_and_no_others_are_ended():
    mine = secrets.token_hex(8)
    parent, child = family(mine)
    stranger, strangers_child = family(f"{mine}born")
    try:
        parent.kill()
        parent.wait()
        assert lives(child)
        os.kill(child, signal.SIGSTOP)  # a stopped process does not react to SIGTERM
        assert processes.end_instance(mine, grace=0.5) == 1
        until(lambda: not lives(child))
        assert lives(strangers_child)
        assert stranger.poll() is None
    finally:
        processes.end_instance(mine)
        processes.end_instance(f"{mine}born", grace=0.2)
        for one in (parent, stranger):
            one.communicate()


def test_a_child_ends_with_its_parent():
    code = "import sys; from tongban.site import processes; " + (
        "child = processes.start([sys.executable, '-c', 'import signal; print(1, flush=True); signal.pause()']); "
        "print(child.pid, flush=True); child.wait()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    child = next(int(line) for line in (parent.stdout.readline(), parent.stdout.readline()) if line.strip() != "1")
    assert lives(child)
    parent.kill()
    parent.communicate()
    until(lambda: not lives(child), 20)


DURING_THE_FORK = "os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))"
INTERRUPTED = """
import os, signal, sys
from tongban.site import processes
{before}
try:
    processes.run([sys.executable, '-c', 'import os, signal; {child}; signal.pause()'], os.environ)
except KeyboardInterrupt:
    print('interrupted', signal.getsignal(signal.SIGINT) is signal.default_int_handler, flush=True)
"""


def interrupted(before="", child="0"):
    """Run a child in a process that Ctrl-C interrupts, and return what both have written."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(before=before, child=child)],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
        preexec_fn=ending_signals_end,
    )  # fmt: skip
    assert "interrupted" in done.stdout, done.stderr
    return done.stdout.split()


def test_ctrl_c_during_a_fork_is_not_lost():
    """Python ignores what a signal's handler raises while a hook of the fork runs. The child may not have begun yet."""
    assert interrupted(before=DURING_THE_FORK) == ["interrupted", "True"]


def test_ctrl_c_while_a_child_runs_ends_the_child():
    child = "print(os.getpid(), flush=True); os.kill(os.getppid(), signal.SIGINT)"
    pid, *said = interrupted(child=child)
    assert said == ["interrupted", "True"]
    until(lambda: not lives(int(pid)), 20)


BOTH = """
import os, signal
from tongban.site import processes
def ended(number, frame):
    print('ended', flush=True)
signal.signal(signal.SIGTERM, ended)
try:
    with processes._signals_held_back():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        print('held', flush=True)
except KeyboardInterrupt:
    print('interrupted', signal.getsignal(signal.SIGTERM) is ended, signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""


def test_of_two_signals_that_were_held_back_none_is_lost():
    done = subprocess.run(
        [sys.executable, "-c", BOTH], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
        preexec_fn=ending_signals_end,
    )  # fmt: skip
    held, *rest = done.stdout.split("\n")
    assert (held, sorted(rest)) == ("held", ["", "ended", "interrupted True set()"]), done.stderr


STUBBORN = """
import os, signal, sys
from tongban.site import processes
processes._GRACE = 0.2
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
tied = processes._tied_to_parent
def deaf(number):
    tie = tied(number)
    return lambda: (tie(), signal.signal(signal.SIGTERM, signal.SIG_IGN))
processes._tied_to_parent = deaf
try:
    processes.start([sys.executable, '-c', 'import signal; signal.pause()'])
except KeyboardInterrupt:
    print('interrupted')
"""


def test_a_start_that_is_given_up_does_not_wait_for_a_child_that_does_not_listen():
    done = subprocess.run(
        [sys.executable, "-c", STUBBORN], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
        preexec_fn=ending_signals_end,
    )  # fmt: skip
    assert done.stdout == "interrupted\n", done.stderr


def test_stopping_ends_the_whole_process_group():
    code = "import subprocess, sys; subprocess.Popen(['sleep', '600']); print(1, flush=True); sys.stdin.read()"
    leader = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    leader.stdout.readline()
    processes.stop([leader], grace=10)
    group = leader.pid
    until(lambda: not any(lives(pid) and _group(pid) == group for pid in processes._pids()), 20)
    leader.communicate()


def _group(pid):
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
