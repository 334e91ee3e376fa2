"""Making backups: interruptions, refusals, and the removal of old backups."""

import fcntl
import os
import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from tongban.foundation.errors import Conflict
from tongban.people.organisation import services as organisation
from tongban.site.environment import Environment
from tongban.site.environment.model import name_of, secret_names
from tongban.trust.backups import archive, escrow, queries, restoring, secrets, services
from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.backups.models import Backup
from tongban.trust.backups.services import counting
from tongban.trust.backups.tests.conftest import ACTOR, PASSPHRASE, fill, forget_keys, reachable_folder
from tongban.trust.crypto import services as crypto
from tongban.trust.files import services as files
from tongban.trust.files.tests.conftest import bucket, s3_server  # noqa: F401
from tongban.trust.ledger.models import Entry

ROOT = Path(__file__).resolve().parents[4]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("G3")]


@pytest.fixture
def place(settings, monkeypatch):
    """A backup folder for a city of one person, and the escrow's keys."""
    folder = reachable_folder()
    settings.FILE_FOLDER = folder / "files"
    monkeypatch.setenv("TONGBAN_ESCROW_PASSPHRASE", PASSPHRASE)
    escrow.make(folder / "escrow.key", PASSPHRASE)
    forget_keys()
    organisation.establish_division("990100", name="云州市", level="city", actor=ACTOR)
    fill("李文敏")
    yield folder
    forget_keys()
    shutil.rmtree(folder)


def public(folder):
    return escrow.public_of(folder / "escrow.key.pub")


def make(folder, **options):
    return services.make(folder / "to", escrow_key=public(folder), actor=ACTOR, **options)


def whole(folder):
    """Return every backup that looks complete, verified to its last byte."""
    found = [archive.load(one) for one in archive.finished_backups(folder / "to")]
    for one in found:
        one.check(crypto.public_key("backup"))
        for content in one.files():
            assert archive.digest_of(content.place(folder / "to")) == content.sm3
    return [one.id for one in found]


def script(folder, body, **environment):
    """Run a script on the same platform in a separate process that can be killed."""
    given = connection.settings_dict
    url = f"postgresql://{given['USER']}@{given['HOST'].replace('/', '%2F')}/{given['NAME']}"
    code = (
        "import os, signal, sys, threading, time, resource\n"
        "from pathlib import Path\n"
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        f"folder = Path({str(folder)!r}); settings.FILE_FOLDER = folder / 'files'\n"
        f"settings.BACKUP_SCRATCH = str(folder / 'drill')\n"
        "from tongban.trust.backups import escrow, services\n"
        "from tongban.people.identity.actors import machine\n"
        "def make(**o): return services.make(folder / 'to', actor=machine('tests.killed'),"
        " escrow_key=escrow.public_of(folder / 'escrow.key.pub'), **o)\n"
        "def drill(): return services.hold_drill(folder / 'to', actor=machine('tests.killed'))\n" + body
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url, "DATABASE_OWNER_URL": url, **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_backup_never_looks_complete(place, seed):
    delay = random.Random(seed).uniform(0.05, 1.2)
    killed = f"threading.Timer({delay}, os.kill, (os.getpid(), signal.SIGKILL)).start()\nfor _ in range(9): make()\n"
    done = script(place, killed)
    assert done.returncode == -9, done.stderr
    before = whole(place)
    made = make(place)
    assert whole(place) == sorted([*before, made.label])
    assert list((place / "to").rglob(".*.part")) == [], "what was left is swept"


def test_a_full_disk_and_one_that_fills_up_are_reported_in_one_sentence(place, monkeypatch):
    done = script(place, "resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))\nmake()\n")
    assert "BackupRefused: 备份写不下去" in done.stderr, done.stderr
    assert whole(place) == []
    assert list((place / "to").rglob("*.part")) == []
    monkeypatch.setattr(counting, "database_size", lambda whole_cluster: 10**18)
    with pytest.raises(BackupRefused, match="请腾出空间或换一个磁盘"):
        make(place)
    assert whole(place) == []


def test_a_parallel_backup_and_an_unwritable_folder_are_refused(place):
    (place / "to").mkdir()
    with (place / "to" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupRefused, match="另一个备份"):
            make(place)
    (place / "file").write_text("")
    with pytest.raises(BackupRefused, match="不能写备份目录"):
        services.make(place / "file" / "to", escrow_key=public(place), actor=ACTOR)


def test_an_incremental_backup_is_small_and_its_base_is_not_removed(place):
    with pytest.raises(BackupRefused, match="请先做一次全量备份"):
        make(place, incremental=True)
    first = make(place)
    second = make(place)
    shutil.rmtree(place / "files")  # as if the sweep had removed them: newer backups do not list them
    third = make(place, incremental=True)
    assert (third.parent, third.size < second.size) == (second.label, True)
    blobs = [path for path in (place / "to" / "files").rglob("*") if path.is_file()]
    assert len(blobs) == first.file_count == 2
    assert services.forget_old(place / "to", keep=1, actor=ACTOR) == [first.label]
    assert whole(place) == [second.label, third.label]
    assert Backup.objects.get(label=first.label).forgotten_at
    assert Backup.objects.get(label=first.label).key == ""
    fourth = make(place)
    assert services.forget_old(place / "to", keep=1, actor=ACTOR) == [second.label, third.label]
    assert whole(place) == [fourth.label]
    assert [path for path in (place / "to" / "files").rglob("*") if path.is_file()] == []
    assert Entry.objects.filter(type="backups.BackupForgotten").count() == 3
    with pytest.raises(BackupRefused, match="至少要保留一份"):
        services.forget_old(place / "to", keep=0, actor=ACTOR)


def test_a_real_server_is_dumped_and_loaded_into_an_empty_database(place, settings):
    """The test's server counts as external for a platform with another data folder."""
    settings.DATA_FOLDER = place / "elsewhere"
    services.export_keys(place / "keys.package", escrow_key=public(place), apart_from=place / "to", actor=ACTOR)
    with pytest.raises(BackupRefused, match="只适用于内置数据库"):
        make(place, incremental=True)
    made = make(place)
    manifest = archive.load(place / "to" / "backups" / made.label).manifest
    assert manifest["method"] == "dump"
    assert manifest["tables"]["identity_subject"] == [1, 1]
    given, name = connection.settings_dict, f"restored_{os.getpid()}"
    server = f"postgresql://{given['USER']}@{given['HOST'].replace('/', '%2F')}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            done = restore_by_hand(place, f"{server}/{name}")
            assert done.returncode == 0, done.stderr
            assert "账本第 2 期已经声明" in done.stdout
            with psycopg.connect(f"{server}/{name}") as restored:
                assert restored.execute("SELECT count(*) FROM identity_subject").fetchone() == (1,)
                assert restored.execute("SELECT number FROM ledger_epoch").fetchall() == [(2,)]
                right = "SELECT has_table_privilege('tongban_app', 'ledger_entry', %s)"
                assert [restored.execute(right, [one]).fetchone()[0] for one in ("INSERT", "DELETE")] == [True, False]
            again = restore_by_hand(place, f"{server}/{name}")
            assert again.returncode == 1
            assert "不是空的" in again.stderr
        finally:
            owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def restore_by_hand(place, url):
    """Run `manage.py restore` as on a machine that knows nothing about the city."""
    shutil.rmtree(place / "city", ignore_errors=True)
    return subprocess.run(
        [
            sys.executable, "manage.py", "restore", "--from", str(place / "to"), "--into", str(place / "city"),
            "--keys-from", str(place / "keys.package"), "--escrow-key", str(place / "escrow.key"),
            "--who", "市数据局运行处", "--reason", "换服务器", "--database-url", url,
        ],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TONGBAN_ESCROW_PASSPHRASE": PASSPHRASE},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_contents_of_a_bucket_are_copied_and_restored_only_into_an_empty_one(bucket, place, settings):  # noqa: F811
    made = make(place)
    blobs = [path for path in (place / "to" / "files").rglob("*") if path.is_file()]
    assert made.file_count == 2
    assert {path.read_bytes() for path in blobs} == set(bucket.contents().values())
    for path in blobs:
        name = path.name.partition(".")[0]
        (place / "laid" / name[:2] / name[2:4]).mkdir(parents=True)
        shutil.copy(path, place / "laid" / name[:2] / name[2:4] / name)
    with pytest.raises(Conflict, match="不是空的"):
        files.import_folder(place / "laid")
    settings.FILE_STORE, settings.FILE_FOLDER = None, place / "another"
    assert files.import_folder(place / "laid") == 2
    assert sum(path.is_file() for path in (place / "another").rglob("*")) == 2


def test_keys_are_stored_apart_and_not_overwritten(place):
    with pytest.raises(BackupRefused, match="不能放在备份的目录里"):
        services.export_keys(
            place / "to" / "deep" / "keys", escrow_key=public(place), apart_from=place / "to", actor=ACTOR
        )
    services.export_keys(place / "keys", escrow_key=public(place), apart_from=place / "to", actor=ACTOR)
    assert (place / "keys").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupRefused, match="已经存在"):
        services.export_keys(place / "keys", escrow_key=public(place), apart_from=None, actor=ACTOR)
    assert Entry.objects.filter(type="backups.KeysExported").count() == 1


def test_the_key_package_contains_every_secret_of_the_settings():
    """A secret that is added to the settings must also be added to the key package."""
    everything = {name_of(field) for field in Environment.model_fields.values()}
    named = set(secret_names()) | {name for name in everything if name.endswith(("_KEYS", "_KEY_FILE"))}
    assert {"TONGBAN_INDEX_KEY", "TONGBAN_CTID_SECRET", "TONGBAN_OIDC_KEYS"} <= named
    elsewhere = {"DATABASE_URL", "DATABASE_OWNER_URL"}  # a restored platform has another database
    assert named - elsewhere - {restoring.PASSPHRASE, "TONGBAN_WEAK_KEYS"} == {*secrets.ENVIRONMENT, *secrets.FILES}


def test_key_files_are_packed_and_restored_readable_by_their_owner_only(tmp_path):
    files = [tmp_path / name for name in ("master.key", "a.pem", "b.pem")]
    for number, path in enumerate(files):
        path.write_text(f"content {number}")
    environment = {
        "TONGBAN_INDEX_KEY": "ab" * 32,
        "TONGBAN_MASTER_KEY_FILE": str(files[0]),
        "TONGBAN_OIDC_KEYS": f"{files[1]},{files[2]}",
        "PATH": "/bin",
    }
    package = secrets.gather(environment)
    target = tmp_path / "restored"
    target.mkdir()
    made = secrets.write_out(package, target)
    assert set(made) == {"TONGBAN_INDEX_KEY", "TONGBAN_MASTER_KEY_FILE", "TONGBAN_OIDC_KEYS"}
    written = [Path(one) for name in secrets.FILES for one in made[name].split(",")]
    assert [one.read_text() for one in written] == ["content 0", "content 1", "content 2"]
    assert {one.stat().st_mode & 0o777 for one in written} == {0o600}
    with pytest.raises(BackupRefused, match="TONGBAN_OIDC_KEYS 所指的密钥文件"):
        secrets.gather(environment | {"TONGBAN_OIDC_KEYS": str(tmp_path / "none")})
    for nonsense in ({}, {"environment": 1, "files": {}}, {"environment": {"TONGBAN_INDEX_KEY": "x\ny"}, "files": {}}):
        (tmp_path / str(id(nonsense))).mkdir()
        with pytest.raises(RestoreRefused, match="密钥包的内容读不懂"):
            secrets.write_out(nonsense, tmp_path / str(id(nonsense)))


def test_operators_can_make_list_and_drill_backups_by_command(place, capsys):
    to = ["--to", str(place / "to"), "--escrow", str(place / "escrow.key.pub")]
    for missing, sentence in (([], "--to"), (["--to", str(place / "to")], "--escrow"), (["drill"], "--to")):
        with pytest.raises(CommandError, match=sentence):
            call_command("backup", *missing)
    with pytest.raises(CommandError, match="还没有备份"):
        call_command("backup", "status")
    with pytest.raises(CommandError, match="没有可以演练的备份"):
        call_command("backup", "drill", *to)
    call_command("backup", *to, "--keep", "1", "--keys-to", str(place / "keys.package"))
    call_command("backup", "list", *to)
    said = capsys.readouterr().out
    assert "复制数据库……" in said
    assert "密钥包写在" in said
    assert queries.newest_backup().label in said
    assert "全量" in said
    assert "恢复之前的备份" not in said
    call_command("backup", "status")
    with pytest.raises(CommandError, match="已经存在"):
        call_command("backup", "escrow-key", "--out", str(place / "escrow.key"))


def test_an_old_backup_is_listed_however_many_are_newer(place, capsys):
    made = Backup.objects.get(id=make(place).id)
    later = made.began_at + timedelta(hours=1)
    Backup.objects.bulk_create(
        Backup(label=f"{later:%Y%m%dT%H%M%S}{n:06d}Z-{n:08x}", kind="full", began_at=later, ended_at=later, key="00",
               place="elsewhere", size=1, file_count=0, ledger_size=0)
        for n in range(120)
    )  # fmt: skip
    call_command("backup", "list", "--to", str(place / "to"))
    said = capsys.readouterr().out
    assert made.label in said
    assert "恢复之前的备份" not in said


@pytest.mark.parametrize("place", ["environment", "files"])
def test_a_key_package_cannot_change_other_settings(tmp_path, place):
    """Anyone with the escrow's public key can make a package, so it must not set anything in the restoring process."""
    package = {"environment": {"TONGBAN_SECRET_KEY": "x" * 50}, "files": {}}
    package[place] |= {"PYTHONPATH": "/tmp/theirs" if place == "environment" else [{"name": "x", "content": "00"}]}
    with pytest.raises(RestoreRefused, match="PYTHONPATH"):
        secrets.write_out(package, tmp_path)
    assert not list(tmp_path.iterdir())
