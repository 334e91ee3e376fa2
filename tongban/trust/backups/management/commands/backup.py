"""`manage.py backup [list|status|drill|export-keys|escrow-key]`, for operators; see docs/backup.md.

Restoring is a separate command, `manage.py restore`, since it must not start a platform first (see `restoring`).
"""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.announcements.console import console
from tongban.foundation.errors import DomainError
from tongban.trust.backups import archive, queries, services
from tongban.trust.backups.escrow import make as make_escrow
from tongban.trust.backups.escrow import public_of
from tongban.trust.backups.restoring import passphrase

HIDDEN = ("examine", "end-restore")
"""Steps of drills and restores that run in their own process."""


class Command(BaseCommand):
    help = "Back up the platform (database and files; keys separately), list backups, run a restore drill."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = ("make", "list", "status", "drill", "export-keys", "escrow-key", *HIDDEN)
        parser.add_argument("action", nargs="?", default="make", choices=actions)
        parser.add_argument("--to", type=Path, help="folder of the backups; default: TONGBAN_BACKUP_TO")
        parser.add_argument("--incremental", action="store_true", help="only what changed since the newest backup")
        parser.add_argument("--keep", type=int, help="number of backups to keep, besides those that they build on")
        parser.add_argument("--escrow", type=Path, help="escrow's public key (PEM); default: TONGBAN_BACKUP_ESCROW")
        parser.add_argument("--keys-to", type=Path, help="write the package of keys there, apart from the backups")
        parser.add_argument("--out", type=Path, help="escrow-key: file for the private key; FILE.pub is written too")
        parser.add_argument("--backup", default="", help="drill: which backup; default: the newest")
        for name in ("who", "reason"):
            parser.add_argument(f"--{name}", default="", help="end-restore only")
        for name in ("earlier", "sample"):
            parser.add_argument(f"--{name}", type=Path, help="examine and end-restore only")

    def handle(self, *args: object, action: str, **options: object) -> None:
        try:
            getattr(self, f"_{action.replace('-', '_')}")(**options)
        except DomainError as refused:
            raise CommandError(refused.message) from refused

    def _make(
        self,
        *,
        to: Path | None,
        escrow: Path | None,
        incremental: bool,
        keep: int | None,
        keys_to: Path | None,
        **options: object,
    ) -> None:
        repository, escrow_key = _repository(to), _escrow_key(escrow)
        if keys_to is not None:  # first, so that a refusal comes before an hour of copying
            services.export_keys(keys_to, escrow_key=escrow_key, apart_from=repository, actor=console("backup"))
            self.stdout.write(f"密钥包写在 {keys_to}。请移到别处保管，不要与备份放在一起。")
        services.make(
            repository, escrow_key=escrow_key, incremental=incremental, actor=console("backup"), say=self.stdout.write
        )
        if keep is not None:
            for one in services.forget_old(repository, keep=keep, actor=console("backup")):
                self.stdout.write(f"已清除旧备份 {one}")

    def _list(self, *, to: Path | None, **options: object) -> None:
        folders = archive.finished_backups(_repository(to))
        known = queries.known(folder.name for folder in folders)
        for folder in folders:
            kept = archive.load(folder)
            manifest = kept.manifest
            size = sum(one["size"] for one in manifest["parts"]) / 1e6
            leaves = manifest["ledger"]["size"] if manifest["ledger"] else 0
            after = f"  接 {kept.parent}" if kept.parent else ""
            self.stdout.write(
                f"{folder.name}  {'增量' if kept.parent else '全量'}  {size:9.1f} MB  文件 {manifest['files']['count']}"
                f"  账本 {leaves} 条{after}{'' if folder.name in known else '  （恢复之前的备份）'}"
            )

    def _status(self, **options: object) -> None:
        for drill in queries.drills(5):
            word = "通过" if drill.good else "没有通过"
            self.stdout.write(f"演练 {drill.at:%Y-%m-%d %H:%M}Z  备份 {drill.backup}  {drill.seconds:.0f} 秒  {word}")
            for finding in drill.findings:
                self.stdout.write(f"  {finding}")
        alarms = queries.alarms()
        if alarms:
            raise CommandError("\n".join(alarms))
        self.stdout.write("备份和恢复演练都正常。" if queries.newest_drill() else "备份正常，还没有做过恢复演练。")

    def _drill(self, *, to: Path | None, backup: str, **options: object) -> None:
        drill = services.hold_drill(_repository(to), backup=backup, actor=console("backup"), say=self.stdout.write)
        if not drill.good:
            raise CommandError("恢复演练没有通过：\n" + "\n".join(drill.findings))
        self.stdout.write(f"恢复演练通过：备份 {drill.backup}，用时 {drill.seconds:.0f} 秒。")

    def _export_keys(self, *, to: Path | None, escrow: Path | None, keys_to: Path | None, **options: object) -> None:
        if keys_to is None:
            raise CommandError("请用 --keys-to 写明密钥包放在哪里。")
        place = to or (Path(settings.BACKUP_TO) if settings.BACKUP_TO else None)
        services.export_keys(keys_to, escrow_key=_escrow_key(escrow), apart_from=place, actor=console("backup"))
        self.stdout.write(f"密钥包写在 {keys_to}。请移到别处保管，不要与备份放在一起。")

    def _escrow_key(self, *, out: Path | None, **options: object) -> None:
        if out is None:
            raise CommandError("请用 --out 写明托管私钥放在哪里。")
        public = make_escrow(out, passphrase("给托管私钥设一个口令："))
        self.stdout.write(f"托管私钥 {out}（移到平台之外保管）；托管公钥 {public}（设为 TONGBAN_BACKUP_ESCROW）。")

    def _examine(self, *, backup: str, sample: Path, **options: object) -> None:
        kept = archive.load(Path(backup))
        listed = [line.split()[0] for line in sample.read_text().splitlines()]
        names = {one.name for one in kept.files()}
        findings = services.examine(kept.manifest, names, listed, migrating=True)
        self.stdout.write(json.dumps({"findings": findings}, ensure_ascii=False))

    def _end_restore(self, *, backup: str, who: str, reason: str, earlier: Path, **options: object) -> None:
        kept = archive.load(Path(backup))
        declared = services.end_restore(
            kept.manifest,
            {one.name for one in kept.files()},
            who=who,
            reason=reason,
            earlier=json.loads(earlier.read_text()),
            actor=console("restore"),
            say=self.stdout.write,
        )
        self.stdout.write(json.dumps(declared, ensure_ascii=False))


def _repository(to: Path | None) -> Path:
    place = to or settings.BACKUP_TO
    if not place:
        raise CommandError("请用 --to 写明备份目录，或设置 TONGBAN_BACKUP_TO。")
    return Path(place).resolve()


def _escrow_key(escrow: Path | None) -> bytes:
    place = escrow or settings.BACKUP_ESCROW
    if not place:
        raise CommandError(
            "请用 --escrow 给出托管公钥，或设置 TONGBAN_BACKUP_ESCROW；manage.py backup escrow-key 生成一对。"
        )
    return public_of(Path(place))
