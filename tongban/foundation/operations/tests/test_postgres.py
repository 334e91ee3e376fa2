"""The launcher with a real server that is killed or left in an inconsistent state in various ways."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.waiting import until
from tongban.foundation.operations.postgres import attach, places
from tongban.foundation.operations.postgres.server import _postmaster_lives, _processes

ROOT = Path(__file__).resolve().parents[4]
USER = """
import sys
from pathlib import Path
from tongban.foundation.operations.postgres import attach
server = attach(Path(sys.argv[1]))
print(server.application_url, flush=True)
sys.stdin.read()
"""


def open_folder():
    """A folder that other users may enter, unlike pytest's own temporary folders."""
    place = Path(tempfile.mkdtemp(prefix="tongban-test-"))
    place.chmod(0o755)
    return place


@pytest.fixture
def folder():
    place = open_folder()
    yield place
    attach(place).detach()
    shutil.rmtree(place)


def ask(url, question="SELECT 1"):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def another_user(folder, **options):
    """Start another process that attaches and stays until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, **options,
    )  # fmt: skip
    return process, process.stdout.readline().strip()


def postmaster_of(server):
    return int((server.places.data / "postmaster.pid").read_text().split()[0])


def test_the_database_starts_with_two_roles_and_the_last_user_stops_it(folder):
    server = attach(folder)
    assert ask(server.owner_url, "SELECT current_user") == "tongban_owner"
    assert ask(server.application_url, "SELECT current_user") == "tongban_app"
    assert not ask(server.owner_url, "SELECT rolsuper FROM pg_roles WHERE rolname = 'tongban_app'")
    server.detach()
    assert not _processes(server.places)
    with pytest.raises(psycopg.OperationalError):
        ask(server.owner_url)


def test_two_processes_share_the_database_until_both_end(folder):
    other, url = another_user(folder)
    server = attach(folder)
    other.stdin.close()
    other.wait(20)
    assert ask(url) == 1
    server.detach()
    assert not _processes(server.places)


def test_two_simultaneous_first_starts_share_one_database(folder):
    first, second = (another_user(folder) for _ in range(2))
    assert first[1] == second[1]
    assert ask(first[1]) == 1
    for process, _ in (first, second):
        process.stdin.close()
        process.wait(20)


def test_a_killed_process_leaves_no_share_behind(folder):
    other, url = another_user(folder)
    other.kill()
    other.wait()
    assert ask(url) == 1
    server = attach(folder)
    server.detach()
    assert not _processes(server.places)


def test_a_killed_server_restarts_with_all_committed_data(folder):
    server = attach(folder)
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE kept (x int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    os.kill(postmaster_of(server), signal.SIGKILL)
    again = attach(folder)
    assert ask(again.owner_url, "SELECT x FROM kept") == 42
    os.kill(postmaster_of(server), signal.SIGKILL)
    server.revive()
    assert ask(server.owner_url, "SELECT x FROM kept") == 42
    server.detach()
    again.detach()


@pytest.mark.parametrize("content", ["", "{own}\n/somewhere\n", "1\n", "nonsense"])
def test_a_false_pid_file_is_not_trusted(folder, content):
    server = attach(folder)
    os.kill(postmaster_of(server), signal.SIGKILL)
    until(lambda: not _processes(server.places))
    (server.places.data / "postmaster.pid").write_text(content.format(own=os.getpid()))
    assert not _postmaster_lives(server.places)
    again = attach(folder)
    assert ask(again.owner_url) == 1
    again.detach()
    server.detach()


def test_an_interrupted_first_start_leaves_no_incomplete_cluster(folder):
    half = places.places_for(folder).data.with_name("data.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server = attach(folder)
    assert ask(server.owner_url) == 1
    server.detach()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to play both parts")
def test_root_can_run_the_database_from_a_private_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    server = attach(home / "clone" / "var")
    owner = (Path("/proc") / str(postmaster_of(server))).stat().st_uid
    assert owner not in {0}
    assert ask(server.application_url) == 1
    server.detach()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become an ordinary user")
def test_an_ordinary_user_runs_the_database_under_their_own_id():
    nobody, folder = 65534, open_folder()
    os.chown(folder, nobody, nobody)
    said, say = os.pipe()
    child = os.fork()  # not a new interpreter, because this one may be in root's home
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(nobody)
            os.setuid(nobody)
            server = attach(folder)
            owner = Path(f"/proc/{postmaster_of(server)}").stat().st_uid
            os.write(say, f"{owner} {ask(server.application_url)}".encode())
            server.detach()
        finally:
            os._exit(0)
    os.close(say)
    os.waitpid(child, 0)
    assert os.read(said, 100).decode() == f"{nobody} 1"
    os.close(said)
    shutil.rmtree(folder)
