"""Processes of their own, with the keys of these data or with others: a wrong key starts nothing, by one sentence."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created

from tests.ports import free_port
from tongban.foundation.crypto import indexed, indexring, keyring
from tongban.foundation.crypto.errors import WrongKey
from tongban.foundation.crypto.models import IndexKey, KeyCheck
from tongban.foundation.crypto.services import key_checks
from tongban.foundation.identity import services as identity
from tongban.foundation.identity.actors import machine
from tongban.foundation.ledger.grants import grant_to_application
from tongban.site import starting
from tongban.site.key_strength import refuse_weak_keys

pytestmark = [pytest.mark.req("H1"), pytest.mark.django_db]
ROOT = Path(__file__).resolve().parents[1]
KEYS = ("TONGBAN_INDEX_KEY", "TONGBAN_DATA_KEY", "TONGBAN_SECRET_KEY")


def start(*command, **changed):
    """What a process says that starts on the database of this test."""
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {**os.environ, "DATABASE_URL": database, "DATABASE_OWNER_URL": database} | changed
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)


def manage(*command, **changed):
    return start(sys.executable, "manage.py", *command, **changed)


def refused(done, name):
    """One sentence on standard error that names the key, no trace, and nothing of the key."""
    lines = [line for line in done.stderr.strip().splitlines() if line]
    return (
        done.returncode != 0
        and len(lines) == 1
        and lines[0].startswith("Tongban cannot start: ")
        and name in lines[0]
        and "Traceback" not in done.stdout
    )


def test_with_its_own_keys_it_starts():
    done = manage("check")
    assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("command", ["worker", "migrate"])
def test_a_wrong_key_starts_nothing(command, name):
    wrong = secrets.token_hex(32)
    done = manage(command, **{name: wrong})
    assert refused(done, name), done.stderr
    assert wrong not in done.stderr + done.stdout


def test_a_web_server_with_a_wrong_key_ends():
    from tongban.site.run import web_command

    done = start(*web_command(free_port()), TONGBAN_INDEX_KEY=secrets.token_hex(32))
    assert "Traceback" not in done.stderr + done.stdout
    [sentence] = set(done.stderr.strip().splitlines())  # each worker may say it
    assert sentence.startswith("Tongban cannot start: TONGBAN_INDEX_KEY is not the key of this deployment")


WEAK = {"short": "ab" * 31, "one byte": "00" * 32, "not hexadecimal": "x" * 64, "counting": bytes(range(32)).hex()}


@pytest.mark.parametrize("name", ["TONGBAN_INDEX_KEY", "TONGBAN_DATA_KEY", "TONGBAN_SEAL_KEY", "TONGBAN_MASTER_KEY"])
@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK)
def test_a_weak_key_is_named_by_the_settings(name, text):
    with pytest.raises(ImproperlyConfigured, match=f"^Tongban cannot start: {name} ") as refusal:
        refuse_weak_keys({**os.environ, name: text})
    assert text not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TONGBAN_INDEX_KEY", "00" * 32),
        ("TONGBAN_SECRET_KEY", "x" * 60),
        ("TONGBAN_HSM_KEY_INDEX", "one"),
    ],
)
def test_a_weak_key_starts_nothing(name, text):
    done = manage("check", TONGBAN_HSM_LIBRARY="/x.so" if "HSM" in name else "", **{name: text})
    assert refused(done, name), done.stderr
    assert text not in done.stderr or text == "one"


def test_weak_keys_of_before_are_taken_only_to_replace_them():
    weak = {**os.environ, "TONGBAN_INDEX_KEY": "00" * 32, "TONGBAN_WEAK_KEYS": "replace"}
    for command in ("migrate", "keys"):
        refuse_weak_keys(weak, ["manage.py", command])
        with pytest.raises(ImproperlyConfigured):
            refuse_weak_keys({**weak, "TONGBAN_WEAK_KEYS": ""}, ["manage.py", command])
    for command in ("worker", "check", "setup"):
        with pytest.raises(ImproperlyConfigured):
            refuse_weak_keys(weak, ["manage.py", command])


@pytest.mark.django_db(transaction=True)  # it makes keys
@pytest.mark.parametrize("by", ["environment", "file"])
def test_a_weak_master_key_is_taken_only_to_replace_it(by, tmp_path):
    """From the start of a process on: the settings are not the only ones who look at a master key."""
    weak, path = "5e" * 32, tmp_path / "master.key"
    path.touch(mode=0o600)
    path.write_text(weak)
    key = {"TONGBAN_MASTER_KEY": weak} if by == "environment" else {"TONGBAN_MASTER_KEY_FILE": str(path)}
    for replaces, command in (("", ["keys", "list"]), ("", ["migrate", "--check"]), ("replace", ["check"])):
        done = manage(*command, TONGBAN_WEAK_KEYS=replaces, **key)
        assert refused(done, "is a pattern, not random"), done.stderr
        assert weak not in done.stderr
    for command in (["keys", "list"], ["migrate", "--check"]):
        done = manage(*command, TONGBAN_WEAK_KEYS="replace", **key)
        assert (done.returncode, done.stderr.strip()) == (0, "")


@pytest.fixture
def _no_watch():
    yield
    connection_created.disconnect(dispatch_uid="starting.keys")


@pytest.mark.usefixtures("_no_watch")
def test_keys_are_compared_when_the_database_answers_at_last(settings, monkeypatch):
    def is_down():
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(key_checks, "is_migrated", is_down)
        starting.check_keys("web")
    settings.INDEX_KEY = secrets.token_hex(32)
    for _ in range(2):  # not the first connection alone: none is of use
        with pytest.raises(WrongKey):
            connection_created.send(sender=type(connection), connection=connection)


def test_without_a_database_commands_start_as_before():
    done = start(sys.executable, "manage.py", "check", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("command", ["setup", "migrate"])
def test_a_database_that_does_not_answer_is_one_sentence(command):
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    done = manage(command, DATABASE_URL=nowhere, DATABASE_OWNER_URL=nowhere)
    *warnings, sentence = done.stderr.strip().splitlines()
    assert sentence.startswith("Tongban cannot start: the database of DATABASE_URL"), done.stderr
    assert all("psycopg.pool" in line for line in warnings), done.stderr
    assert done.returncode == 1


def test_a_weak_master_key_file_starts_nothing(tmp_path):
    file = tmp_path / "master.key"
    file.touch(mode=0o600)
    file.write_text("5e" * 32)
    done = manage("check", TONGBAN_MASTER_KEY_FILE=str(file))
    assert refused(done, "the master key (file) is a pattern"), done.stderr
    file.write_text(secrets.token_hex(32))
    assert manage("check", TONGBAN_MASTER_KEY_FILE=str(file)).returncode == 0


def test_another_master_key_starts_nothing():
    done = manage("check", TONGBAN_DATA_KEY="", TONGBAN_MASTER_KEY=secrets.token_hex(32))
    assert refused(done, "needs the master key"), done.stderr


@pytest.fixture
def _of_before():
    """As a data folder of a version without check values: the keys are in use, nothing about them is written down."""
    identity.register_person(name="李文敏", number="990102198001010010", division_code="990102", actor=machine("test"))
    KeyCheck.objects.all().delete()
    IndexKey.objects.all().delete()
    keyring.changed()
    indexring.forget()
    yield
    keyring.forget()


@pytest.mark.usefixtures("_of_before")
def test_the_migration_tries_the_index_key_on_what_is_there():
    right = settings.INDEX_KEY
    settings.INDEX_KEY = secrets.token_hex(32)
    try:
        with pytest.raises(WrongKey, match="TONGBAN_INDEX_KEY"):
            key_checks.check()
    finally:
        settings.INDEX_KEY = right
    key_checks.check()


def test_the_migration_tries_it_on_the_ledger_where_nobody_is_registered(settings, monkeypatch):
    from tongban.foundation.announcements.services import announce
    from tongban.foundation.ids import new_id
    from tongban.foundation.keys.events import ValuesResealed
    from tongban.foundation.ledger.services import sequencing

    announce(ValuesResealed(subject=new_id(), purpose="", rows=0), actor=machine("test"))
    sequencing.Sequencer().sequence()
    KeyCheck.objects.all().delete()
    IndexKey.objects.all().delete()
    keyring.changed()
    monkeypatch.setattr(indexed, "columns", list)
    key_checks.check()
    settings.INDEX_KEY = secrets.token_hex(32)
    indexring.forget()
    with pytest.raises(WrongKey, match="TONGBAN_INDEX_KEY"):
        key_checks.check()


def test_the_key_of_the_time_before_the_hierarchy_is_tried_too(settings):
    KeyCheck.objects.all().delete()
    key_checks.check()
    settings.DATA_KEY = secrets.token_hex(32)
    with pytest.raises(WrongKey, match="TONGBAN_DATA_KEY"):
        key_checks.check()


def test_a_check_value_belongs_to_one_deployment_and_tells_no_key():
    rows = {row.name: row for row in KeyCheck.objects.all()}
    assert set(rows) == {"secret", "index", "data"}
    assert len({row.deployment for row in rows.values()}) == 1
    key = bytes.fromhex(settings.INDEX_KEY)
    assert bytes(rows["index"].value) == key_checks._value("index", key, rows["index"].deployment)
    moved = rows["index"]
    moved.deployment = rows["index"].id if hasattr(moved, "id") else type(moved.deployment)(int=1)
    assert not key_checks._fits(moved, key)
    assert key_checks._value("data", key, moved.deployment) != key_checks._value("index", key, moved.deployment)


def test_what_was_taken_once_is_not_taken_again():
    before = dict(KeyCheck.objects.values_list("name", "taken_at"))
    key_checks.take()
    assert dict(KeyCheck.objects.values_list("name", "taken_at")) == before


def test_the_applications_role_reads_check_values_and_cannot_change_them():
    grant_to_application()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.APPLICATION_ROLE])
        if cursor.fetchone() is None:
            pytest.skip("the application's role does not exist on this server")
        for right, may in (("SELECT", True), ("INSERT", False), ("UPDATE", False), ("DELETE", False)):
            cursor.execute("SELECT has_table_privilege(%s, 'crypto_key_check', %s)", [settings.APPLICATION_ROLE, right])
            assert cursor.fetchone()[0] is may
