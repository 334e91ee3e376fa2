"""`manage.py ledger check|watch|alarms|end-alarm|cover|head|witness`: for operators.

Anybody else uses the verifier, which needs no database.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.announcements.actors import console, machine
from tongban.foundation.clock import CITY_TIME
from tongban.foundation.errors import DomainError
from tongban.trust.ledger import queries, services
from tongban.trust.ledger.folds import folds
from tongban.trust.ledger.queries.folding import silent

WITNESS = machine("ledger.witness")


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CITY_TIME)


class Command(BaseCommand):
    help = "Check the ledger inside the database, show its head, register and retire witnesses."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="rows, leaves, nodes and heads; exit 1 when something does not fit")
        check.add_argument("--quick", action="store_true", help="counts, the newest head and samples only")
        check.add_argument(
            "--table", action="append", default=[], help="compare the rows of this table only; may repeat"
        )
        check.add_argument("--sample", type=int, default=0, metavar="N", help="compare so many groups of each table")
        check.add_argument("--progress", action="store_true", help="say how far it is")
        check.add_argument("--since", type=_moment, help="compare what was recorded since then (ISO 8601)")
        actions.add_parser("watch", help="one look at samples, as the worker takes every ten minutes")
        actions.add_parser("alarms", help="alarms that nobody has explained yet")
        end = actions.add_parser("end-alarm", help="somebody looked into it; the reason is recorded")
        end.add_argument("alarm", type=UUID)
        end.add_argument("--reason", required=True)
        cover = actions.add_parser("cover", help="record the state of rows that only entries of old form account for")
        cover.add_argument("--reason", default="升级后登记现有状态")
        actions.add_parser("head", help="the newest head and who has signed it")
        witness = actions.add_parser("witness", help="add NAME PEM, retire NAME, list")
        witness.add_argument("act", choices=["add", "retire", "list"])
        witness.add_argument("name", nargs="?", default="")
        witness.add_argument("pem", nargs="?", type=Path, help="file with the witness's public key")
        witness.add_argument("--reason", default="")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action.replace('-', '_')}")(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _watch(self, **options: Any) -> None:
        self.stdout.write(f"新告警 {services.watch()} 个。")
        self._alarms()

    def _alarms(self, **options: Any) -> None:
        for one in queries.open_alarms(1000):
            self.stdout.write(f"{one.id}  {one.raised_at:%Y-%m-%d %H:%M}  {one.kind}  {one.finding}")

    def _end_alarm(self, *, alarm: UUID, reason: str, **options: Any) -> None:
        services.end_alarm(alarm, reason=reason, actor=console("ledger end-alarm"))
        self.stdout.write("告警已解除。")

    def _cover(self, *, reason: str, **options: Any) -> None:
        count = services.cover(actor=console("ledger cover"), reason=reason, say=self.stdout.write)
        self.stdout.write(f"登记了 {count} 组现有状态。")

    def _check(
        self, *, quick: bool, table: list[str], sample: int, since: datetime | None, progress: bool, **options: Any
    ) -> None:
        if unknown := set(table) - {fold.table for fold in folds()}:
            raise CommandError(f"没有比对这些表：{'、'.join(sorted(unknown))}。")
        findings = 0
        say = self.stdout.write if progress else silent
        for finding in queries.findings(quick=quick, tables=table, sample=sample, since=since, say=say):
            self.stderr.write(finding)
            findings += 1
        if findings:
            raise CommandError(f"账本有 {findings} 处不符，请按上面的说明核查。")
        head = queries.newest()
        self.stdout.write(f"账本相符：{head.size if head else 0} 条存证在已签发的树里。")

    def _head(self, **options: Any) -> None:
        head = queries.newest()
        if head is None:
            raise CommandError("还没有签发过树头；worker 或 sequencer 在运行吗？")
        shown = queries.head_as_json(head)
        for name in ("size", "root", "at", "signature", "key_id"):
            self.stdout.write(f"{name:<10}{shown[name]}")
        for one in shown["cosignatures"]:
            self.stdout.write(f"witness   {one['witness']}  {one['at']}")

    def _witness(self, *, act: str, name: str, pem: Path | None, reason: str, **options: Any) -> None:
        if act == "list":
            for one in queries.witnesses():
                state = f"retired {one.retired_at:%Y-%m-%d}" if one.retired_at else f"since {one.added_at:%Y-%m-%d}"
                self.stdout.write(f"{one.name}  {state}")
        elif act == "retire":
            services.retire_witness(name, reason=reason, actor=WITNESS)
            self.stdout.write(f"{name} retired")
        else:
            if pem is None:
                raise CommandError("请给出见证方公钥的文件：manage.py ledger witness add 名称 公钥.pem --reason 理由")
            try:
                text = pem.read_text()
            except (OSError, UnicodeDecodeError) as problem:
                raise CommandError(f"读不到公钥文件 {pem}：{problem}") from problem
            services.add_witness(name, text, reason=reason, actor=WITNESS)
            self.stdout.write(f"{name} added")
