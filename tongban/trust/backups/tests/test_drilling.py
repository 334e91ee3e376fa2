"""Drills really restore the newest backup, report every problem, and leave nothing behind."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tongban.foundation import clock
from tongban.foundation.operations import postgres
from tongban.trust.backups import archive, queries, services
from tongban.trust.backups.errors import BackupRefused
from tongban.trust.backups.models import Backup, Drill
from tongban.trust.backups.services import drilling, regular
from tongban.trust.backups.tests.conftest import ACTOR
from tongban.trust.backups.tests.test_making import make, place, public, script  # noqa: F401
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.tests.conftest import as_superuser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("G3")]


def drill(folder):
    return services.hold_drill(folder / "to", actor=ACTOR)


def nothing_is_left(folder):
    scratch = folder / "drill"
    return not scratch.exists() or list(scratch.iterdir()) == []


def test_a_drill_restores_examines_and_cleans_up(place, settings):  # noqa: F811
    settings.BACKUP_SCRATCH = str(place / "drill")
    killed = (
        "def watch():\n"
        "    while not list(folder.glob('drill/*/postgres/data/postmaster.pid')): time.sleep(0.01)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "threading.Thread(target=watch, daemon=True).start()\n"
        "drill()\n"
    )
    make(place)
    assert script(place, killed).returncode == -9
    assert not nothing_is_left(place)
    (left,) = (place / "drill").iterdir()
    sockets = postgres.places_for(left / "postgres").sockets
    held = drill(place)
    assert held.findings == []
    assert held.good
    assert nothing_is_left(place), "of this drill, and of the one that was killed"
    assert not sockets.exists()
    assert not any(str(left) in str(process) for process in running())
    assert Entry.objects.filter(type="backups.DrillHeld").count() == 1
    assert queries.newest_drill() == queries.newest_drill(good=True) == held
    assert queries.alarms() == []

    bent = place / "to" / "backups" / queries.newest_backup().label / "database.part"
    content = bytearray(bent.read_bytes())
    content[-100] ^= 1
    bent.write_bytes(content)
    held = drill(place)
    assert not held.good
    assert "与清单不符" in held.findings[0]
    assert nothing_is_left(place)
    assert len(queries.alarms()) == 1
    with pytest.raises(Exception, match="append-only"):
        Drill.objects.update(good=True)


def test_one_drill_runs_at_a_time_and_a_failed_one_is_recorded(place, settings, monkeypatch):  # noqa: F811
    settings.BACKUP_SCRATCH = str(place / "drill")
    make(place)

    def beside(*given):
        with pytest.raises(BackupRefused, match="另一个"):
            drill(place)
        raise psycopg.OperationalError("the restored cluster does not open")

    monkeypatch.setattr(drilling, "_try", beside)
    held = drill(place)
    assert not held.good
    assert "the restored cluster does not open" in held.findings[0]
    assert Drill.objects.count() == 1


def running():
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield (entry / "cmdline").read_bytes()
            except OSError:
                continue


def test_each_discrepancy_has_its_own_message(place):  # noqa: F811
    """Run the examination of a drill on this test's database after tampering with it."""
    make(place)
    (kept,) = (archive.load(one) for one in archive.finished_backups(place / "to"))
    names = {one.name for one in kept.files()}

    tables = kept.manifest["tables"]
    assert tables["ledger_entry"][0] == tables["ledger_entry"][1], "of a table that only grows the count is exact"
    tables = tables | {"ledger_entry": [1, 99]}  # the event that the backup was made was recorded since

    def said(among=names, **changed):
        manifest = kept.manifest | {"tables": tables} | changed
        return "\n".join(services.examine(manifest, among, sorted(among)))

    assert said() == ""
    assert "表 ledger_entry 有" in said(tables=tables | {"ledger_entry": [1, 2]})
    assert "缺少表 nowhere" in said(tables=tables | {"nowhere": [1, 2]})
    assert "与备份清单里的树头不符" in said(ledger=kept.manifest["ledger"] | {"root": "00" * 32})
    assert "有 2 个文件的内容不在备份里" in said(among=set())
    with as_superuser() as cursor:
        cursor.execute("UPDATE identity_subject SET name = set_byte(name, 20, 255 - get_byte(name, 20))")
    assert "identity_subject.name 有" in said()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM ledger_leaf WHERE position = 3")
    assert "ledger" in said()
    (place / "files").rename(place / "gone")
    assert "读不出来" in said()


def test_missing_old_and_unverified_backups_raise_alarms(place, settings):  # noqa: F811
    assert "还没有备份" in queries.alarms()[0]
    now = clock.now()
    old = make(place)
    assert queries.alarms() == []
    with clock.at_moment(now + timedelta(hours=settings.BACKUP_HOURS + 1)):
        assert "早于 36 小时" in queries.alarms()[0]
    with clock.at_moment(now + timedelta(days=settings.BACKUP_DRILL_DAYS + 1)):
        assert any("没有通过的恢复演练" in one for one in queries.alarms())
        Drill.objects.create(backup=old.label, at=clock.now(), seconds=1, good=True)
        assert not any("恢复演练" in one for one in queries.alarms())
        later = clock.now() + timedelta(hours=1)
        Drill.objects.create(backup=old.label, at=later, seconds=1, good=False, findings=["x"])
        assert any("没有通过" in one for one in queries.alarms())


def test_a_backup_is_made_every_night_and_a_full_one_every_week(place, settings):  # noqa: F811
    settings.BACKUP_KEEP = 2
    pem = place / "escrow.key.pub"
    first = regular.make_due(place / "to", pem)
    second = regular.make_due(place / "to", pem)
    assert (first.kind, second.kind, second.parent) == ("full", "incremental", first.label)
    with clock.at_moment(clock.now() + timedelta(days=8)):
        assert regular.make_due(place / "to", pem).kind == "full"
    # A restored database has no rows, and so no keys, of backups that were made after its own.
    Backup.objects.all().delete()
    assert regular.make_due(place / "to", pem).kind == "full"
    assert connection.is_usable()
