"""The restore drill (恢复演练): restores a backup into a scratch folder, examines it, and removes the folder."""

import json
import logging
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg import sql

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import DomainError
from tongban.foundation.operations import postgres
from tongban.trust.backups import archive, events, secrets, unpacking
from tongban.trust.backups.archive import Backup as Archived
from tongban.trust.backups.archive import Manifest
from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.backups.models import Backup, Drill
from tongban.trust.backups.restoring import ROOT
from tongban.trust.backups.services import counting
from tongban.trust.backups.services.exporting import SIGNER
from tongban.trust.backups.services.keeping import exclusive_access
from tongban.trust.backups.services.making import Say, quiet
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.fields import EncryptedField, RowKey, Sealed
from tongban.trust.files import queries as files
from tongban.trust.files import services as file_services
from tongban.trust.ledger import queries as ledger

SAMPLE = 50
"""Number of stored contents that a drill reads completely."""
ROWS = 3
"""Number of sealed values that are opened at each end of each encrypted column."""
TIMEOUT = 3600
"""Timeout of the examination, in seconds."""
log = logging.getLogger("tongban.backups")


def hold_drill(repository: Path, *, backup: str = "", actor: EventActor, say: Say = quiet) -> Drill:
    """Restore a backup (by default the newest) into a scratch folder, examine it, and record the result.

    Raises BackupRefused when there is no backup. The scratch folder is removed at the end; after a crash, the next
    drill removes it.
    """
    began, started = clock.now(), time.monotonic()
    with exclusive_access(repository):
        whole = archive.finished_backups(repository)
        if backup:
            whole = [folder for folder in whole if folder.name == backup]
        if not whole:
            raise BackupRefused("这个目录里没有可以演练的备份，请先做一次备份。")
        scratch_root = Path(settings.BACKUP_SCRATCH)
        sweep(scratch_root)
        scratch = scratch_root / uuid4().hex[:12]
        try:
            findings = _try(whole[-1], repository, scratch, say)
        except (DomainError, postgres.ServerFailed, psycopg.Error, OSError, subprocess.SubprocessError) as failed:
            findings = [getattr(failed, "message", "") or f"{type(failed).__name__}: {failed}"]
        finally:
            _remove(scratch)
    seconds = round(time.monotonic() - started, 1)
    for finding in findings:
        log.error("drill of backup %s: %s", whole[-1].name, finding)
    with transaction.atomic():
        drill = Drill.objects.create(
            backup=whole[-1].name, at=began, seconds=seconds, good=not findings, findings=findings
        )
        event = events.DrillHeld(subject=drill.id, backup=drill.backup, good=drill.good, seconds=round(seconds))
        announce(event, actor=actor)
    return drill


def sweep(scratch_root: Path) -> None:
    """Stop the server of an interrupted drill and remove its folder."""
    for left in scratch_root.iterdir() if scratch_root.exists() else ():
        _remove(left)


def examine(manifest: Manifest, names: set[str], sample: list[str], *, migrating: bool = False) -> list[str]:
    """Compare this process's database and file store with a manifest; return one sentence for each problem.

    Rows, sealed values, the ledger and contents are checked. `names` are all contents of the backup, `sample` those
    that are in the store. With `migrating`, the database is migrated to this version after its rows are counted.
    """
    found = list(_rows(manifest))
    if migrating:
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
    return [*found, *_sealed_values(), *_ledger(manifest), *_contents(names, sample)]


def _try(folder: Path, repository: Path, scratch: Path, say: Say) -> list[str]:
    signer = crypto.public_key(SIGNER)
    say(f"核对备份 {folder.name}……")
    chain = archive.chain_of(archive.load(folder), lambda one: one.check(signer))
    newest = chain[-1]
    contents = list(newest.files())
    unpacking.contents(contents, repository, scratch, quick=True)
    sample = random.sample(contents, min(SAMPLE, len(contents)))
    scratch.mkdir(parents=True)
    if os.geteuid() == 0:
        scratch.chmod(0o755)
    unpacking.contents(sample, repository, scratch / "files")
    say("恢复到演练目录……")
    server = unpacking.database(chain, _key_of, scratch / "postgres")
    try:
        say("核对恢复出来的数据……")
        return examine_in_child(newest, server.owner_url_of(str(newest.manifest["database"])), scratch, sample)
    finally:
        server.detach()


def examine_in_child(newest: Archived, url: str, data: Path, sample: list[archive.StoredContent]) -> list[str]:
    """Run `examine` in a child process whose platform is the restored one."""
    ours = {name: value for name, value in secrets.of_this_process().items() if name != "TONGBAN_FILE_STORE"}
    environment = secrets.environment_of_restored(ours, data, url)
    given = data / "sample.txt"
    given.write_text("".join(one.line() for one in sample))
    command = [sys.executable, str(ROOT / "manage.py"), "backup", "examine", "--backup", str(newest.folder)]
    done = subprocess.run(
        [*command, "--sample", str(given)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    try:
        return list(json.loads(done.stdout.strip().rpartition("\n")[2])["findings"])
    except (ValueError, KeyError, TypeError):
        last = done.stderr.strip().rpartition("\n")[2][:300]
        return [f"恢复出来的平台启动不了：{last}"]


def _key_of(backup: Archived) -> bytes:
    row = Backup.objects.filter(label=backup.id, forgotten_at=None).first()
    if row is None or not row.key:
        raise RestoreRefused(
            f"平台没有备份 {backup.id} 的密钥（它是恢复之前做的），只能用托管私钥恢复。请做一次新的备份。"
        )
    return bytes.fromhex(row.key)


def _remove(scratch: Path) -> None:
    postgres.end(scratch / "postgres")
    shutil.rmtree(scratch, ignore_errors=True) if scratch.is_dir() else scratch.unlink(missing_ok=True)


def _rows(manifest: Manifest) -> Iterator[str]:
    found = counting.rows()
    for table, (fewest, most) in sorted(manifest["tables"].items()):
        if table not in found:
            yield f"缺少表 {table}"
        elif not fewest <= found[table][0] <= most:
            yield f"表 {table} 有 {found[table][0]} 行，备份清单里是 {fewest} 到 {most} 行"


def _sealed_values() -> Iterator[str]:
    """Open a few values at each end of each encrypted column with the keys of this process."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedField):
                bad = sum(not _opens(field, value, key) for value, key in _sample_of(field))
                if bad:
                    yield f"{model._meta.db_table}.{field.column} 有 {bad} 个加密值打不开：密钥与这份备份不相配"


def _sample_of(field: EncryptedField) -> list[tuple[bytes, RowKey]]:
    column, key, table = (
        sql.Identifier(str(one)) for one in (field.column, field.model._meta.pk.column, field.model._meta.db_table)
    )
    one_end = "(SELECT {c}, {k} FROM {t} WHERE octet_length({c}) > 0 ORDER BY {k} {way} LIMIT {n})"
    ends = [
        sql.SQL(one_end).format(c=column, k=key, t=table, n=sql.Literal(ROWS), way=sql.SQL(w)) for w in ("ASC", "DESC")
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(ends))
        return [(bytes(value), found) for value, found in cursor.fetchall()]


def _opens(field: EncryptedField, value: bytes, key: RowKey) -> bool:
    try:
        Sealed(value, field).open(key)
    except crypto.KeyDestroyed:
        return True
    except (DomainError, ValueError):
        return False
    return True


def _ledger(manifest: Manifest) -> Iterator[str]:
    yield from ledger.quick_findings()
    head = manifest["ledger"]
    if head is not None and not ledger.begins_with(head["size"], bytes.fromhex(head["root"])):
        yield f"账本的前 {head['size']} 条与备份清单里的树头不符"


def _contents(names: set[str], sample: list[str]) -> Iterator[str]:
    missing = files.count_missing(names)
    if missing:
        yield f"有 {missing} 个文件的内容不在备份里"
    bad = sum(not _reads(file_id) for file_id in files.files_with(sample))
    if bad:
        yield f"抽查的文件里有 {bad} 个读不出来"


def _reads(file_id: UUID) -> bool:
    try:
        for _ in file_services.open_stream(file_id):
            pass
    except (DomainError, ValueError, OSError):
        return False
    return True
