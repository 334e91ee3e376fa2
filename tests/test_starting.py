"""Starts in separate processes with right and wrong keys: a wrong key stops the start with one sentence."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from tests.ports import free_port
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.site import starting
from tongban.site.environment import Environment
from tongban.site.key_strength import weak_keys
from tongban.trust.crypto import indexed, indexring, keyring
from tongban.trust.crypto.errors import WrongKey
from tongban.trust.crypto.models import IndexKey, KeyCheck
from tongban.trust.crypto.services import key_checks
from tongban.trust.ledger.grants import grant_to_application

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[1]
KEYS = ("TONGBAN_INDEX_KEY", "TONGBAN_DATA_KEY", "TONGBAN_SECRET_KEY")


def start(*command, **changed):
    """Start a process on this test's database, and return what it says."""
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, "DATABASE_URL": database, "DATABASE_OWNER_URL": database} | changed
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def manage(*command, **changed):
    return start(sys.executable, "manage.py", *command, **changed)


def refused(done, name):
    """Check for one sentence on standard error that names the key, without a traceback or any part of the key."""
    lines = [line for line in done.stderr.strip().splitlines() if line]
    return (
        done.returncode != 0
        and len(lines) == 1
        and lines[0].startswith("Tongban cannot start: ")
        and name in lines[0]
        and "Traceback" not in done.stdout
    )


def test_the_platform_starts_with_its_own_keys():
    done = manage("check")
    assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.mark.parametrize(("command", "name"), [("migrate", KEYS[0]), *(("worker", key) for key in KEYS)])
def test_a_wrong_key_stops_every_start(command, name):
    wrong = secrets.token_hex(32)
    done = manage(command, **{name: wrong})
    assert refused(done, name), done.stderr
    assert wrong not in done.stderr + done.stdout


def test_a_web_server_with_a_wrong_key_exits():
    from tongban.site.run import web_command

    done = start(*web_command(free_port()), TONGBAN_INDEX_KEY=secrets.token_hex(32))
    assert "Traceback" not in done.stderr + done.stdout
    [sentence] = set(done.stderr.strip().splitlines())  # each worker may log it
    assert sentence.startswith("Tongban cannot start: TONGBAN_INDEX_KEY is not the key of this deployment")


WEAK = {"short": "ab" * 31, "one byte": "00" * 32, "not hexadecimal": "x" * 64, "counting": bytes(range(32)).hex()}


@pytest.mark.parametrize("name", ["TONGBAN_INDEX_KEY", "TONGBAN_DATA_KEY", "TONGBAN_SEAL_KEY", "TONGBAN_MASTER_KEY"])
@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK)
def test_the_settings_name_a_weak_key(name, text, monkeypatch):
    monkeypatch.setenv(name, text)
    (sentence,) = weak_keys(Environment.read())
    assert sentence.startswith(f"{name} ")
    assert text not in sentence


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TONGBAN_INDEX_KEY", "00" * 32),
        ("TONGBAN_SECRET_KEY", "x" * 60),
        ("TONGBAN_HSM_KEY_INDEX", "one"),
    ],
)
def test_a_weak_key_stops_every_start(name, text):
    done = manage("check", TONGBAN_HSM_LIBRARY="/x.so" if "HSM" in name else "", **{name: text})
    assert refused(done, name), done.stderr
    assert text not in done.stderr or text == "one"


def test_older_weak_keys_are_accepted_only_to_replace_them(monkeypatch):
    monkeypatch.setenv("TONGBAN_INDEX_KEY", "00" * 32)
    not_told = Environment.read()
    monkeypatch.setenv("TONGBAN_WEAK_KEYS", "replace")
    weak = Environment.read()
    for command in ("migrate", "keys"):
        assert weak_keys(weak, ["manage.py", command]) == []
        assert len(weak_keys(not_told, ["manage.py", command])) == 1
    for command in ("worker", "check", "setup"):
        assert len(weak_keys(weak, ["manage.py", command])) == 1


@pytest.mark.django_db(transaction=True)  # this makes keys
@pytest.mark.parametrize("by", ["environment", "file"])
def test_a_weak_master_key_is_accepted_only_to_replace_it(by, tmp_path):
    """Checked from the start of the process, because not only the settings look at a master key."""
    weak, path = "5e" * 32, tmp_path / "master.key"
    path.touch(mode=0o600)
    path.write_text(weak)
    key = {"TONGBAN_MASTER_KEY": weak} if by == "environment" else {"TONGBAN_MASTER_KEY_FILE": str(path)}
    for replaces, command in (("", ["keys", "list"]), ("replace", ["check"])):
        done = manage(*command, TONGBAN_WEAK_KEYS=replaces, **key)
        assert refused(done, "is a pattern, not random"), done.stderr
        assert weak not in done.stderr
    command = ["keys", "list"] if by == "environment" else ["migrate", "--check"]
    done = manage(*command, TONGBAN_WEAK_KEYS="replace", **key)
    assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.fixture
def _no_watch():
    yield
    connection_created.disconnect(dispatch_uid="starting.keys")


@pytest.mark.usefixtures("_no_watch")
def test_keys_are_compared_as_soon_as_the_database_responds(settings, monkeypatch):
    def is_down():
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(key_checks, "is_migrated", is_down)
        starting.check_keys("web")
    settings.INDEX_KEY = secrets.token_hex(32)
    for _ in range(2):  # no connection works, not only the first
        with pytest.raises(WrongKey):
            connection_created.send(sender=type(connection), connection=connection)


def test_without_a_database_commands_start_as_before():
    done = start(sys.executable, "manage.py", "check", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("command", ["setup", "migrate"])
def test_an_unreachable_database_is_reported_in_one_sentence(command):
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    done = manage(command, DATABASE_URL=nowhere, DATABASE_OWNER_URL=nowhere)
    *warnings, sentence = done.stderr.strip().splitlines()
    assert sentence.startswith("Tongban cannot start: the database of DATABASE_URL"), done.stderr
    assert all("psycopg.pool" in line for line in warnings), done.stderr
    assert done.returncode == 1


def test_a_weak_master_key_file_stops_every_start(tmp_path):
    file = tmp_path / "master.key"
    file.touch(mode=0o600)
    file.write_text("5e" * 32)
    done = manage("check", TONGBAN_MASTER_KEY_FILE=str(file))
    assert refused(done, "the master key (file) is a pattern"), done.stderr
    file.write_text(secrets.token_hex(32))
    assert manage("check", TONGBAN_MASTER_KEY_FILE=str(file)).returncode == 0


def test_a_different_master_key_stops_every_start():
    done = manage("check", TONGBAN_DATA_KEY="", TONGBAN_MASTER_KEY=secrets.token_hex(32))
    assert refused(done, "needs the master key"), done.stderr


@pytest.fixture
def _of_before():
    """A data folder from a version without check values: keys are in use, but nothing is stored about them."""
    identity.register_person(name="李文敏", number="990102198001010010", division_code="990102", actor=machine("test"))
    KeyCheck.objects.all().delete()
    IndexKey.objects.all().delete()
    keyring.changed()
    indexring.forget()
    yield
    keyring.forget()


@pytest.mark.usefixtures("_of_before")
def test_the_migration_tests_the_index_key_on_existing_rows():
    right = settings.INDEX_KEY
    settings.INDEX_KEY = secrets.token_hex(32)
    try:
        with pytest.raises(WrongKey, match="TONGBAN_INDEX_KEY"):
            key_checks.check()
    finally:
        settings.INDEX_KEY = right
    key_checks.check()


def test_the_migration_tests_the_index_key_on_the_ledger_if_nobody_is_registered(settings, monkeypatch):
    from tongban.foundation.announcements.services import announce
    from tongban.foundation.ids import new_id
    from tongban.trust.keys.events import ValuesResealed
    from tongban.trust.ledger.services import sequencing

    announce(ValuesResealed(subject=new_id(), purpose="", rows=0), actor=machine("test"))
    sequencing.Sequencer().sequence()
    KeyCheck.objects.all().delete()
    IndexKey.objects.all().delete()
    keyring.changed()
    monkeypatch.setattr(indexed, "columns", ())
    key_checks.check()
    settings.INDEX_KEY = secrets.token_hex(32)
    indexring.forget()
    with pytest.raises(WrongKey, match="TONGBAN_INDEX_KEY"):
        key_checks.check()


def test_the_key_from_before_the_hierarchy_is_tested_too(settings):
    KeyCheck.objects.all().delete()
    key_checks.check()
    settings.DATA_KEY = secrets.token_hex(32)
    with pytest.raises(WrongKey, match="TONGBAN_DATA_KEY"):
        key_checks.check()


def test_a_check_value_belongs_to_one_deployment_and_reveals_no_key():
    rows = {row.name: row for row in KeyCheck.objects.all()}
    assert set(rows) == {"secret", "index", "data"}
    assert len({row.deployment for row in rows.values()}) == 1
    key = bytes.fromhex(settings.INDEX_KEY)
    assert bytes(rows["index"].value) == key_checks._value("index", key, rows["index"].deployment)
    moved = rows["index"]
    moved.deployment = rows["index"].id if hasattr(moved, "id") else type(moved.deployment)(int=1)
    assert not key_checks._fits(moved, key)
    assert key_checks._value("data", key, moved.deployment) != key_checks._value("index", key, moved.deployment)


def test_a_check_value_is_recorded_once():
    before = dict(KeyCheck.objects.values_list("name", "taken_at"))
    key_checks.write_missing()
    assert dict(KeyCheck.objects.values_list("name", "taken_at")) == before


def test_the_applications_role_can_read_but_not_change_check_values():
    grant_to_application()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APPLICATION_ROLE])
        if cursor.fetchone() is None:
            pytest.skip("the application's role does not exist on this server")
        for right, may in (("SELECT", True), ("INSERT", False), ("UPDATE", False), ("DELETE", False)):
            cursor.execute("SELECT has_table_privilege(%s, 'crypto_key_check', %s)", [settings.APPLICATION_ROLE, right])
            assert cursor.fetchone()[0] is may
