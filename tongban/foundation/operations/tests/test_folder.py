"""One platform per data folder; setting content aside loses nothing and disturbs no running process."""

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tongban.foundation.operations import folder as folders
from tongban.foundation.operations import postgres
from tongban.foundation.operations.folder import FolderInUse, Running, UnexpectedFolder
from tongban.foundation.operations.postgres.server import _processes

ROOT = Path(__file__).resolve().parents[4]
AT = datetime(2026, 11, 30, 7, 28, 49, tzinfo=UTC)
HOLDER = """
import sys
from pathlib import Path
from tongban.foundation.operations import folder, postgres
place = Path(sys.argv[2])
{"hold": lambda: folder.hold(place), "use": lambda: folder.use(place),
 "attach": lambda: postgres.attach(place / "postgres")}[sys.argv[1]]()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder():
    place = Path(tempfile.mkdtemp(prefix="tongban-folder-"))
    place.chmod(0o755)
    yield place
    if (place / "postgres").exists():
        postgres.stop_unused(place / "postgres")
    shutil.rmtree(place)


@pytest.fixture
def another():
    """Run another process that uses a folder until it is killed."""
    started = []

    def start(what, place):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, what, str(place)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout.readline().strip() == "held"
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def furnish(place):
    (place / "secrets.env").write_text("TONGBAN_SECRET_KEY=1\n")
    (place / "files" / "ab").mkdir(parents=True)
    (place / "files" / "ab" / "sealed").write_bytes(b"sealed")
    (place / "npm-dist").mkdir()


def test_a_second_platform_is_told_where_the_first_one_runs(folder, another):
    first = another("hold", folder)
    folders.write_record(folder, Running(first.pid, "http://localhost:8123", "x"))
    with pytest.raises(FolderInUse) as refused:
        folders.hold(folder)
    said = str(refused.value)
    assert str(folder) in said
    assert f"process {first.pid}, http://localhost:8123" in said
    assert "\n" not in said
    assert folders.running(folder).address == "http://localhost:8123"
    first.kill()
    first.wait()
    assert folders.running(folder) is None  # the record exists, but no platform runs
    assert folders.record(folder).pid == first.pid


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"pid": 1}', '{"unknown": 1}', "null"])
def test_an_unreadable_record_does_not_prevent_a_start(folder, content):
    (folder / folders.RECORD).write_text(content)
    assert folders.record(folder) is None


def test_content_is_set_aside_completely_and_can_be_restored(folder):
    furnish(folder)
    place = folders.set_aside(folder, AT)
    assert place == folder / "set-aside" / "2026-11-30T072849Z"
    assert place.stat().st_mode & 0o777 == 0o700
    assert (place / "files" / "ab" / "sealed").read_bytes() == b"sealed"
    assert sorted(entry.name for entry in folder.iterdir()) == ["in-use.lock", "npm-dist", "set-aside"]
    assert folders.set_aside_names(folder) == [place.name]
    folders.restore_set_aside(folder, place.name)
    assert (folder / "files" / "ab" / "sealed").read_bytes() == b"sealed"
    assert (folder / "secrets.env").exists()
    assert folders.set_aside_names(folder) == []


def test_other_content_of_a_room_is_moved_and_restored_with_its_keys(folder):
    furnish(folder)
    (folder / "index.db").write_text("sealed under the old keys")
    (folder / "models").mkdir()
    place = folders.set_aside(folder, AT)
    assert sorted(entry.name for entry in place.iterdir()) == ["files", "index.db", "models", "secrets.env"]
    assert not (folder / "index.db").exists()
    folders.restore_set_aside(folder, place.name)
    assert (folder / "index.db").read_text() == "sealed under the old keys"
    assert (folder / "models").is_dir()


def test_the_data_folder_of_another_platform_is_not_moved(folder):
    """`bin/check` and `bin/test` keep theirs inside that of `bin/run`."""
    furnish(folder)
    (folder / "test" / "postgres").mkdir(parents=True)
    (folder / "test" / "in-use.lock").touch()
    place = folders.set_aside(folder, AT)
    assert (folder / "test" / "postgres").is_dir()
    assert not (place / "test").exists()


def test_secrets_are_moved_last(folder, monkeypatch):
    furnish(folder)
    (folder / "zone.db").touch()
    moved = []
    monkeypatch.setattr(folders, "_move", lambda source, target, suffix: moved.append(source.name))
    folders.set_aside(folder, AT)
    assert moved == ["files", "zone.db", "secrets.env"]


@pytest.mark.parametrize("name", ["2026-01-01T000000Z", "..", "../..", "", "/etc", "x y"])
def test_only_content_that_was_set_aside_can_be_restored(folder, name):
    with pytest.raises(UnexpectedFolder):
        folders.restore_set_aside(folder, name)


def test_an_empty_or_unrelated_folder_is_left_alone(folder):
    assert folders.set_aside(folder, AT) is None
    (folder / "thesis.tex").write_text("years of work")
    assert folders.set_aside(folder, AT) is None
    (folder / "files").mkdir()
    with pytest.raises(UnexpectedFolder):
        folders.set_aside(folder, AT)
    assert (folder / "thesis.tex").exists()
    assert (folder / "files").exists()


def test_nothing_is_moved_while_a_process_uses_it(folder, another):
    furnish(folder)
    user = another("use", folder)
    with pytest.raises(FolderInUse) as refused:
        folders.set_aside(folder, AT)
    assert f"process {user.pid}" in str(refused.value)
    assert (folder / "files" / "ab" / "sealed").exists()
    user.kill()
    user.wait()
    assert folders.set_aside(folder, AT)


def test_a_database_in_use_is_not_moved_but_an_abandoned_one_is(folder, another):
    """The database server outlives a killed platform. It is stopped first, and its content can be restored."""
    furnish(folder)
    user = another("attach", folder)
    server = postgres.attach(folder / "postgres")
    with psycopg.connect(server.owner_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS x")
    server.detach()
    with pytest.raises(FolderInUse):
        folders.set_aside(folder, AT)
    assert (folder / "postgres").exists()
    user.kill()
    user.wait()
    assert _processes(server.places)
    place = folders.set_aside(folder, AT)
    assert not _processes(server.places)
    assert not (folder / "postgres").exists()
    assert all(one.exists() for one in folders.all_places(place))
    folders.restore_set_aside(folder, place.name)
    again = postgres.attach(folder / "postgres")
    with psycopg.connect(again.owner_url) as connection:
        assert connection.execute("SELECT x FROM kept").fetchone() == (42,)
    again.detach()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, whose database may lie elsewhere")
def test_a_database_in_another_folder_is_set_aside_there(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    place = home / "var"
    place.mkdir()
    furnish(place)
    postgres.attach(place / "postgres").detach()
    elsewhere = Path((place / "postgres" / "moved-to").read_text().strip())
    aside = folders.set_aside(place, AT)
    assert not elsewhere.exists()
    assert [one.exists() for one in folders.all_places(aside)] == [True, True]
    folders.restore_set_aside(place, aside.name)
    assert Path((place / "postgres" / "moved-to").read_text().strip()) == elsewhere
    assert (elsewhere / "data" / "PG_VERSION").exists()
    shutil.rmtree(elsewhere)
