"""Restoring: what is restored, what is refused, and what a restored platform declares."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tongban.foundation.operations import postgres
from tongban.trust.backups import UNFINISHED, archive, escrow, restoring
from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.backups.tests.conftest import reachable_folder

ROOT = Path(__file__).resolve().parents[4]
pytestmark = [pytest.mark.django_db, pytest.mark.req("G3")]


@pytest.fixture
def target():
    place = reachable_folder()
    yield place / "city"
    postgres.end(place / "city" / "postgres")
    shutil.rmtree(place)


def manage(target, made, *command):
    """Run a command on the restored platform with nothing but its data folder."""
    server = postgres.attach(target / "postgres")
    try:
        name = archive.load(made.repository / "backups" / made.full.label).manifest["database"]
        url = server.owner_url_of(name)
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TONGBAN_DATA": str(target)}
        environment |= {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        server.detach()


def ask(target, made, question):
    server = postgres.attach(target / "postgres")
    try:
        name = archive.load(made.repository / "backups" / made.full.label).manifest["database"]
        with psycopg.connect(server.owner_url_of(name)) as connection:
            return connection.execute(question).fetchall()
    finally:
        server.detach()


@pytest.mark.req("H4")
@pytest.mark.parametrize("which", ["full", "incremental"])
def test_rows_files_and_ledger_are_restored_under_a_declared_epoch(made, target, which):
    backup = getattr(made, which)
    said = "\n".join(made.restore(target, backup=backup.label, platform_key=made.platform_key))
    assert "账本第 2 期已经声明" in said
    assert not (target / UNFINISHED).exists()
    people = {row[0] for row in ask(target, made, "SELECT id FROM identity_subject")}
    assert people == {made.people["李文敏"]} | ({made.people["张磊"]} if which == "incremental" else set())
    ((number, size, who),) = ask(target, made, "SELECT number, size, who FROM ledger_epoch")
    assert (number, who) == (2, "市数据局运行处")
    assert size >= made.sizes[which]
    checked = manage(target, made, "ledger", "check")
    assert checked.returncode == 0, checked.stderr
    contents = [path for path in (target / "files").rglob("*") if path.is_file()]
    assert len(contents) == (4 if which == "incremental" else 2)
    assert (target / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert json.loads((made.repository / "epochs.json").read_text())["epochs"][0]["number"] == 2
    (made.repository / "epochs.json").unlink()


def test_an_existing_city_is_never_overwritten(made, target):
    target.mkdir()
    (target / "secrets.env").write_text("TONGBAN_SECRET_KEY=x\n")
    with pytest.raises(RestoreRefused, match="不会覆盖任何已有的城市"):
        made.restore(target)
    assert [one.name for one in target.iterdir()] == ["secrets.env"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server is outside the folder")
def test_a_database_left_by_a_deleted_folder_is_not_mistaken_for_the_restored_one(made, tmp_path_factory):
    home = tmp_path_factory.mktemp("closed")
    home.chmod(0o700)
    postgres.attach(home / "city" / "postgres").detach()
    left = postgres.places_for(home / "city" / "postgres").data
    shutil.rmtree(home / "city")
    with pytest.raises(RestoreRefused, match="以前的数据库"):
        made.restore(home / "city")
    assert (left / "PG_VERSION").exists()
    assert not (home / "city").exists()
    shutil.rmtree(left.parent)


def test_an_unfinished_restore_does_not_start(target):
    target.mkdir()
    (target / UNFINISHED).write_text("x")
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TONGBAN_DATA": str(target)}
    for command in ([str(ROOT / "manage.py"), "check"], ["-m", "tongban.site.run", "--data", str(target)]):
        started = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert started.returncode != 0
        assert "恢复没有完成，平台不能在这里启动" in started.stderr
    assert {one.name for one in target.iterdir()} <= {UNFINISHED, "platform.lock", "platform.json"}, "nothing was made"


def replace(path, content):
    """Replace a file instead of changing it, since the copy shares its files with the original."""
    path.unlink()
    path.write_bytes(content)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    replace(path, bytes(content))


def swap(one, other):
    first, second = one.read_bytes(), other.read_bytes()
    replace(one, second)
    replace(other, first)


def blobs(repository):
    return sorted(path for path in (repository / "files").rglob("*") if path.is_file())


def resigned(folder, **changed):
    """Sign a changed manifest with the attacker's own key."""
    kept = json.loads((folder / "manifest.json").read_text())
    manifest = kept["manifest"] | changed
    pair = escrow.keys.own_pair(folder.parent.parent / "attacker.key")
    signature = pair.sign(archive.statement(manifest)).hex()
    replace(folder / "manifest.json", json.dumps({"manifest": manifest, "signature": signature}).encode())


def edited(folder, **changed):
    kept = json.loads((folder / "manifest.json").read_text())
    content = {"manifest": kept["manifest"] | changed, "signature": kept["signature"]}
    replace(folder / "manifest.json", json.dumps(content).encode())


BENT = {
    "a byte of the database": (lambda full, last: flip(last / "database.part"), "database.part 与清单不符"),
    "a byte of the full one below": (lambda full, last: flip(full / "database.part"), "database.part 与清单不符"),
    "a cut database": (
        lambda full, last: replace(last / "database.part", (last / "database.part").read_bytes()[:-5000]),
        "database.part 与清单不符",
    ),
    "an empty database": (lambda full, last: replace(last / "database.part", b""), "database.part 与清单不符"),
    "databases swapped": (lambda full, last: swap(full / "database.part", last / "database.part"), "与清单不符"),
    "parts swapped": (lambda full, last: swap(last / "database.part", last / "changes.part"), "与清单不符"),
    "a part gone": (lambda full, last: (last / "files.txt").unlink(), "缺少 files.txt"),
    "the full one gone": (lambda full, last: shutil.rmtree(full), "依赖的备份"),
    "the manifest of another": (
        lambda full, last: replace(last / "manifest.json", (full / "manifest.json").read_bytes()),
        "的清单属于另一份备份",
    ),
    "the manifest changed": (lambda full, last: edited(last, version="9"), "不是本平台签名的"),
    "an attacker's manifest": (lambda full, last: resigned(last, version="9"), "不是本平台签名的"),
    "no manifest": (lambda full, last: (last / "manifest.json").unlink(), "不是一份完整的备份"),
    "no JSON": (lambda full, last: replace(last / "manifest.json", b"{"), "清单读不懂"),
    "a manifest of no form": (lambda full, last: replace(last / "manifest.json", b"[]"), "清单读不懂"),
    "parts outside": (
        lambda full, last: edited(last, parts=[{"name": "../../lock", "size": 0, "sm3": ""}]), "清单读不懂",
    ),
    "a list of other files": (
        lambda full, last: replace(last / "files.txt", (full / "files.txt").read_bytes()), "files.txt 与清单不符",
    ),
    "a byte of a file": (lambda full, last: flip(blobs(full.parent.parent)[0]), "内容被改动过"),
    "two files swapped": (lambda full, last: swap(*blobs(full.parent.parent)[:2]), "内容被改动过|或它不完整"),
    "a file gone": (lambda full, last: blobs(full.parent.parent)[-1].unlink(), "缺少文件内容"),
    "a file cut": (
        lambda full, last: replace(blobs(full.parent.parent)[0], blobs(full.parent.parent)[0].read_bytes()[:-1]),
        "缺少文件内容",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", BENT)
def test_a_tampered_archive_is_refused_with_an_explanation(made, target, tmp_path, how):
    bend, sentence = BENT[how]
    copy = made.copy(tmp_path / "copy")
    bend(copy / "backups" / made.full.label, copy / "backups" / made.incremental.label)
    with pytest.raises(RestoreRefused, match=sentence):
        made.restore(target, source=copy)
    assert not (target / "postgres" / "data").exists()
    assert not target.exists() or (target / UNFINISHED).exists(), "what was begun does not start"


def test_a_renamed_part_does_not_open_even_with_the_right_digest(made, tmp_path):
    copy = made.copy(tmp_path / "copy")
    last = copy / "backups" / made.incremental.label
    pair = escrow.open_private(made.escrow_key, os.environ[restoring.PASSPHRASE])
    key = escrow.unwrap(pair, bytes.fromhex(archive.load(last).manifest["escrow"]["wrapped"]))
    whole = b"".join(archive.read_part(last, made.incremental.label, "changes.part", key))
    assert b"PostgreSQL-Backup-Manifest-Version" in whole
    swap(last / "changes.part", last / "database.part")
    for backup, name in (
        (made.incremental.label, "changes.part"),
        (made.incremental.label, "database.part"),
        (made.full.label, "database.part"),
    ):
        with pytest.raises(RestoreRefused, match="打不开"):
            list(archive.read_part(last, backup, name, key))


def test_a_wrong_passphrase_escrow_key_or_package_is_refused(made, target, tmp_path, monkeypatch):
    other = tmp_path / "other.key"
    escrow.make(other, "another long passphrase")
    with pytest.raises(RestoreRefused, match="口令不对"):
        made.restore(target, escrow_key=other)
    monkeypatch.setenv(restoring.PASSPHRASE, "another long passphrase")
    with pytest.raises(RestoreRefused, match="口令不对"):
        made.restore(target)
    with pytest.raises(RestoreRefused, match="另一把托管公钥"):
        made.restore(target, escrow_key=other)
    with pytest.raises(RestoreRefused, match="不是托管私钥文件"):
        made.restore(target, escrow_key=made.package)
    monkeypatch.undo()
    bent = tmp_path / "bent.package"
    bent.write_bytes(made.package.read_bytes())
    flip(bent)
    with pytest.raises(RestoreRefused, match="密钥包被改动过"):
        made.restore(target, keys_from=bent)
    with pytest.raises(RestoreRefused, match="不是密钥包"):
        made.restore(target, keys_from=made.escrow_key)
    wrong = tmp_path / "wrong.pem"
    escrow.make(tmp_path / "x", "another long passphrase").rename(wrong)
    with pytest.raises(RestoreRefused, match="platform-key"):
        made.restore(target, platform_key=wrong)
    for bad in ("no key at all", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        wrong.write_text(bad)
        with pytest.raises(RestoreRefused, match="不是平台公钥"):
            made.restore(target, platform_key=wrong)
    assert not target.exists()


def test_keys_of_another_city_are_refused(made, target, tmp_path):
    pair = escrow.open_private(made.escrow_key, os.environ[restoring.PASSPHRASE])
    package = json.loads(escrow.unseal(pair, made.package))
    package["environment"]["TONGBAN_INDEX_KEY"] = "0" * 64
    other = tmp_path / "other.package"
    other.write_bytes(escrow.seal(pair.public, json.dumps(package).encode()))
    with pytest.raises(RestoreRefused, match="索引密钥不同"):
        made.restore(target, keys_from=other)
    assert not target.exists()


def test_a_restore_with_another_master_key_stays_unfinished_and_says_why(made, target, tmp_path):
    pair = escrow.open_private(made.escrow_key, os.environ[restoring.PASSPHRASE])
    package = json.loads(escrow.unseal(pair, made.package))
    package["environment"]["TONGBAN_DATA_KEY"] = secrets.token_hex(32)
    other = tmp_path / "other.package"
    other.write_bytes(escrow.seal(pair.public, json.dumps(package).encode()))
    with pytest.raises(RestoreRefused, match="没有完成|打不开|启动不了|密钥|not the key of this deployment"):
        made.restore(target, keys_from=other)
    assert (target / UNFINISHED).exists()


def test_operator_and_reason_are_required_before_anything_is_written(made, target):
    for missing in ({"who": ""}, {"reason": " "}):
        with pytest.raises(RestoreRefused, match="--who"):
            made.restore(target, **missing)
    with pytest.raises(RestoreRefused, match="里没有备份 nothing"):
        made.restore(target, backup="nothing")
    assert not target.exists()


def test_the_command_line_reports_a_failure_in_one_sentence(made, target, capsys):
    common = ["--from", made.repository, "--keys-from", made.package, "--escrow-key", made.package, "--into", target]
    assert restoring.main([*map(str, common), "--who", "x", "--reason", "y"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("没有恢复：")
    assert "Traceback" not in said


def test_neither_backup_nor_package_reveals_anything_to_a_thief(made):
    """Neither names nor numbers nor keys nor any other plain text of the database may appear."""
    secrets = [os.environ[name].encode() for name in ("TONGBAN_INDEX_KEY", "TONGBAN_DATA_KEY", "TONGBAN_SECRET_KEY")]
    for path in [made.package, *(path for path in made.repository.rglob("*") if path.is_file())]:
        content = path.read_bytes()
        for word in [*secrets, *map(bytes.fromhex, map(bytes.decode, secrets)), "李文敏".encode(), b"ledger_entry\x00"]:
            assert word not in content, path


def test_an_escrow_key_is_made_once_and_needs_a_long_passphrase(tmp_path):
    with pytest.raises(BackupRefused, match="口令太短"):
        escrow.make(tmp_path / "a", "short")
    escrow.make(tmp_path / "a", "long enough for it")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupRefused, match="已经存在"):
        escrow.make(tmp_path / "a", "long enough for it")
    with pytest.raises(BackupRefused, match="读不到托管公钥"):
        escrow.public_of(tmp_path / "a")
