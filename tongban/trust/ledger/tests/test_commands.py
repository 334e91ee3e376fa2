"""The commands for operators."""

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.waiting import until
from tongban.foundation.announcements.console import console_rule
from tongban.trust.ledger import keys, queries, services
from tongban.trust.ledger.models import Alarm, Entry, Head, Witness
from tongban.trust.ledger.testing import sequence_now
from tongban.trust.ledger.tests.conftest import as_superuser, lend

ROOT = Path(__file__).resolve().parents[4]


def manage(*command):
    said = StringIO()
    call_command(*command, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.parametrize("nameless", [KeyError, OSError])
@pytest.mark.django_db
def test_a_command_is_recorded_even_if_its_user_has_no_name(monkeypatch, nameless):
    """In a container the uid may be missing in /etc/passwd."""

    def without_entry():
        raise nameless("getpwuid(): uid not found")

    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", without_entry)
    services.raise_alarm("mismatch", "ledger: something does not fit")
    alarm = Alarm.objects.get()
    manage("ledger", "end-alarm", str(alarm.id), "--reason", "已查明")
    *_, entry = queries.entries_of(alarm.id)
    assert (entry.type, entry.actor) == ("ledger.AlarmEnded", f"machine:console:uid {os.getuid()}:ledger end-alarm")
    monkeypatch.setenv("SUDO_USER", "李" * 30)
    assert console_rule("backup") == f"console:{'李' * 24}:backup"


@pytest.mark.django_db
def test_the_check_is_silent_about_an_intact_ledger_and_reports_a_damaged_one():
    lend(50)
    sequence_now()
    lend(2)  # waiting for a position is not a problem
    for quick in ([], ["--quick"]):
        assert "50 条" in manage("ledger", "check", *quick)
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM ledger_pending")
    with pytest.raises(CommandError, match="处不符"):
        manage("ledger", "check", "--quick")
    assert sum("has no position and does not wait" in one for one in queries.findings()) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_node", "ledger_leaf", "ledger_head"])
def test_the_check_finds_tampering_in_each_table(table):
    lend(40)
    sequence_now()
    with as_superuser() as cursor:
        column = "root" if table == "ledger_head" else "hash"
        cursor.execute(f"UPDATE {table} SET {column} = set_byte({column}, 3, 255 - get_byte({column}, 3))")
    with pytest.raises(CommandError, match="处不符"):
        manage("ledger", "check")
    with pytest.raises(CommandError, match="处不符"):
        manage("ledger", "check", "--quick")


@pytest.mark.django_db
def test_operators_can_show_the_head_and_manage_witnesses(tmp_path):
    with pytest.raises(CommandError, match="还没有签发过树头"):
        manage("ledger", "head")
    lend(3)
    sequence_now()
    assert "size      3" in manage("ledger", "head")
    pem = tmp_path / "w.pem"
    pem.write_text(keys.public_pem(keys.own_pair(tmp_path / "own").public))
    assert "审计局 added" in manage("ledger", "witness", "add", "审计局", str(pem), "--reason", "共建单位")
    assert "审计局  since" in manage("ledger", "witness", "list")
    for bad in (
        ["add", "审计局", str(pem), "--reason", "again"],
        ["add", "司法局", str(pem)],
        ["add", "司法局"],
        ["add", "司法局", str(tmp_path / "none")],
        ["retire", "司法局", "--reason", "x"],
        ["retire", "审计局"],
    ):
        with pytest.raises(CommandError):
            manage("ledger", "witness", *bad)
    assert "retired" in manage("ledger", "witness", "retire", "审计局", "--reason", "单位撤并")
    assert Witness.objects.get().retired_at
    assert Entry.objects.filter(type__startswith="ledger.").count() == 2


@pytest.mark.django_db
def test_the_sequencer_stops_when_it_has_caught_up():
    lend(20)
    assert "20 entries got their position; signed 20" in manage("sequencer", "--until-empty")
    assert "0 entries" in manage("sequencer", "--until-empty")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", ["sequencer", "worker"])
def test_the_processes_sequence_entries_and_stop_when_asked(command):
    """Both run as in production, on this test's database; a worker's own tasks may record more."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@{settings['HOST'].replace('/', '%2F')}/{settings['NAME']}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", command],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url, "DATABASE_OWNER_URL": url}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        lend(30)
        until(lambda: Head.objects.filter(size__gte=30).exists(), 60)
        lend(4)
        until(lambda: Head.objects.filter(size__gte=34).exists(), 60)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=120)
        assert (process.returncode, "Traceback" in said) == (0, False), said
    finally:
        process.kill()
        process.wait()


@pytest.mark.django_db
def test_open_alarms_are_listed_and_their_absence_is_said():
    assert manage("ledger", "alarms") == "没有未解除的告警。\n"
    services.raise_alarm("mismatch", "ledger: something does not fit")
    listed = manage("ledger", "alarms")
    assert "something does not fit" in listed
    assert "没有" not in listed
