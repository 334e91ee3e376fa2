"""Readiness: everybody gets two words, operators get every figure."""

import json
import os
import subprocess
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client, override_settings

from tongban.foundation import clock, health
from tongban.foundation.operations import queries
from tongban.foundation.operations.middleware import DETAIL
from tongban.foundation.operations.testing import beat
from tongban.trust.files import checks
from tongban.trust.files import queries as files

pytestmark = pytest.mark.req("G1")
TOKEN = "only-for-this-test-0123456789"


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch, settings):
    monkeypatch.setattr(queries, "CACHE_TTL", 0.0)
    settings.OPERATIONS_TOKEN = TOKEN


@pytest.fixture
def beating(db):
    """A worker whose last heartbeat is now, by the database's clock."""
    beat("0 seconds")


def detail():
    answer = Client().get(DETAIL, HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    return answer.status_code, json.loads(answer.content)


@pytest.mark.django_db
def test_the_platform_is_ready_when_all_checks_pass(beating):
    assert Client().get("/readyz").status_code == 200
    status, found = detail()
    assert (status, found["ready"]) == (200, True)
    assert {"database", "migrations", "worker", "keys", "files"} <= set(found["checks"])
    unwell = {name for name, check in found["checks"].items() if not check["ok"]}
    assert unwell <= {"backups", "calendar"}, "no backup, and a provisional table in December, do not affect readiness"


@pytest.mark.django_db
@pytest.mark.parametrize("ago", ["11 seconds", "1 day", None])
def test_a_silent_or_missing_worker_makes_the_platform_not_ready(ago):
    if ago:
        beat(ago)
    assert Client().get("/readyz").status_code == Client().get("/healthz").status_code == 503
    assert not detail()[1]["checks"]["worker"]["ok"]


@pytest.mark.django_db
@pytest.mark.parametrize("skew", [timedelta(days=-400), timedelta(minutes=-2), timedelta(minutes=2), timedelta(days=9)])
def test_a_wrong_local_clock_does_not_make_the_worker_late(beating, skew):
    with clock.at_moment(clock.now() + skew):
        assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_liveness_probe_checks_nothing_else(django_assert_num_queries, settings, tmp_path):
    settings.FILE_FOLDER = tmp_path / "nowhere" / "\0"
    with django_assert_num_queries(0):
        assert Client().get("/livez").status_code == 200
    assert Client().post("/livez").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/livez", "/readyz", "/healthz"])
def test_the_public_answer_is_two_words_without_details(beating, address):
    for host in ("10.0.0.7:8000", "localhost", "nobody.example"):  # a load balancer uses the address as host name
        answer = Client().get(address, HTTP_HOST=host)
        assert (answer.status_code, answer.content) == (200, b"ok\n")
    with override_settings(SECURE_SSL_REDIRECT=True):
        assert Client().get(address).status_code == 200
    said = (answer.content.decode() + str(answer.headers)).lower()
    from django.conf import settings

    assert settings.VERSION not in said
    assert "worker" not in said


@pytest.mark.django_db
def test_details_are_for_operators_only(beating):
    for header in ("Bearer", "Bearer x", f"Bearer {TOKEN}x", f"bearer {TOKEN[:-1]}", "Bearer 中文"):
        answer = Client().get(DETAIL, HTTP_AUTHORIZATION=header)
        assert answer.status_code == 401, header
        assert b"version" not in answer.content
    with override_settings(OPERATIONS_TOKEN=""):
        assert Client().get(DETAIL, HTTP_AUTHORIZATION="Bearer ").status_code == 401
        assert Client().get(DETAIL, HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status_code == 401
    status, found = detail()
    assert status == 200
    assert found["version"]


@pytest.mark.django_db
def test_a_full_disk_is_detected(beating, settings):
    settings.FREE_SPACE = 1 << 62
    assert Client().get("/readyz").status_code == 503
    found = detail()[1]["checks"]["files"]
    assert found["detail"]["free_bytes"] < found["detail"]["needed_bytes"]


@pytest.mark.django_db
def test_an_unwritable_folder_is_detected(beating, settings, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    settings.FILE_FOLDER = tmp_path / "file" / "files"
    assert Client().get("/readyz").status_code == 503
    assert detail()[1]["checks"]["files"]["detail"]["writable"] is False


def mounted(options, place):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this user cannot mount")


def fill(path):
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(handle, bytes(4096)):
            continue
    os.close(handle)


@pytest.fixture
def small_disk():
    """A separate file system with 256 KiB of space."""
    place = Path(tempfile.mkdtemp(prefix="tongban-small-"))
    mounted("size=256k", place)
    yield place
    subprocess.run(["umount", place], check=True)
    place.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount")
def test_full_and_read_only_file_systems_are_detected_by_writing(small_disk, settings):
    settings.FILE_FOLDER, settings.FREE_SPACE = small_disk / "files", 1
    assert checks.storage().ok
    assert not list((small_disk / "files").iterdir())  # the probe leaves nothing behind
    fill(small_disk / "filler")
    assert files.probe().writable is False
    assert not checks.storage().ok
    (small_disk / "filler").unlink()
    assert checks.storage().ok
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert files.probe().writable is False
    assert not checks.storage().ok


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become an ordinary user")
def test_a_folder_of_another_user_is_detected_by_writing(settings):
    folder = Path(tempfile.mkdtemp(prefix="tongban-theirs-"))
    folder.chmod(0o755)
    settings.FILE_FOLDER = folder
    said, say = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            os.write(say, str(files.probe().writable).encode())
        finally:
            os._exit(0)
    os.close(say)
    os.waitpid(child, 0)
    assert os.read(said, 20) == b"False"
    os.close(said)
    folder.rmdir()


@pytest.mark.django_db
def test_a_missing_migration_is_named(beating):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'workdays'")
    assert Client().get("/readyz").status_code == 503
    assert all(name.startswith("workdays.") for name in detail()[1]["checks"]["migrations"]["detail"]["missing"])


@pytest.mark.django_db
def test_unusable_keys_make_the_platform_not_ready(beating, settings):
    from tongban.trust.crypto import keyring
    from tongban.trust.crypto.models import DepartmentKey

    keyring._ring.opened.clear()
    keyring.forget()
    DepartmentKey.objects.update(sealed=b"\x00" * 60)
    try:
        assert Client().get("/readyz").status_code == 503
        assert not detail()[1]["checks"]["keys"]["ok"]
    finally:
        keyring.forget()


@pytest.mark.django_db
def test_rooms_add_checks_of_their_own(beating):
    def asked():
        return health.Finding(ok=False, detail={"seconds": 99})

    def broken():
        raise RuntimeError("the number 110101199003078888 is not told")

    with health.checks.with_more():
        health.register("a room's figure", asked)
        health.register("a room's broken one", broken)
        status, found = detail()
        assert (status, found["ready"]) == (200, True)  # shown, but it does not affect readiness
        assert found["checks"]["a room's figure"]["detail"] == {"seconds": 99}
        assert found["checks"]["a room's broken one"]["detail"] == {"error": "RuntimeError"}
        health.register("a room's figure that counts", asked, fails_readiness=True)
        assert Client().get("/readyz").status_code == 503


@pytest.mark.django_db
def test_the_readiness_probe_skips_checks_that_do_not_affect_readiness(beating):
    asked = []
    with health.checks.with_more():
        health.register("slow", lambda: asked.append(1) or health.Finding(ok=True))
        queries._kept = None
        assert Client().get("/readyz").status_code == 200
        assert asked == []
        assert detail()[1]["checks"]["slow"]["ok"]
        assert asked == [1]


@pytest.mark.django_db
def test_without_a_database_the_other_checks_still_run(monkeypatch):
    def away(*args):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        found = queries.readiness(fresh=True)
    answers = {check.name: check for check in found.checks}
    assert not found.ready
    assert answers["files"].ok
    assert answers["database"].detail == answers["worker"].detail == {"error": "the database does not answer"}


@pytest.mark.django_db
def test_readiness_is_cached_for_a_moment(beating, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(queries, "CACHE_TTL", 3600.0)
    assert queries.readiness(fresh=True).ready
    with django_assert_num_queries(0):
        assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_command_line_reports_the_same_readiness(beating, capsys):
    call_command("status")
    assert json.loads(capsys.readouterr().out)["ready"] is True
    beat("1 hour")
    with pytest.raises(SystemExit) as left:
        call_command("status")
    assert left.value.code == 1


def test_a_check_is_logged_when_it_starts_and_stops_failing(caplog):
    broken = [True, True, False]

    def ask():
        if broken.pop(0):
            raise RuntimeError("the disk is away")
        return health.Finding(ok=True)

    check = health.Check("the disk", ask, fails_readiness=False, needs_database=False)
    found = [health.run_check(check).ok for _ in range(3)]
    assert found == [False, False, True]
    assert [one.message for one in caplog.records] == [
        "the health check the disk fails",
        "the health check the disk runs again",
    ]
    assert "the disk is away" in caplog.text
