"""`manage.py ledger check|watch|alarms|end-alarm|cover|head|witness`, for operators.

Everybody else uses the verifier (`ledger.verify`), which needs no database.
"""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.announcements.actors import machine
from tongban.foundation.announcements.console import console
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
    help = "Check the ledger inside the database, show its head, manage alarms and witnesses."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="check rows, leaves, nodes and heads; exit 1 if something is wrong")
        check.add_argument("--quick", action="store_true", help="check counts, the newest head and samples only")
        check.add_argument(
            "--table", action="append", default=[], help="compare the rows of this table only; repeatable"
        )
        check.add_argument("--sample", type=int, default=0, metavar="N", help="compare N groups of each table")
        check.add_argument("--progress", action="store_true", help="report progress")
        check.add_argument("--since", type=_moment, help="compare what was recorded since then (ISO 8601)")
        actions.add_parser("watch", help="check samples once, as the worker does every ten minutes")
        actions.add_parser("alarms", help="list open alarms")
        end = actions.add_parser("end-alarm", help="close an alarm after investigation; the reason is recorded")
        end.add_argument("alarm", type=UUID)
        end.add_argument("--reason", required=True)
        cover = actions.add_parser("cover", help="record the state of rows that have only entries in the old format")
        cover.add_argument("--reason", default="升级后登记现有状态")
        actions.add_parser("head", help="show the newest head and who has signed it")
        witness = actions.add_parser("witness", help="add NAME PEM, retire NAME, list")
        witness.add_argument("act", choices=["add", "retire", "list"])
        witness.add_argument("name", nargs="?", default="")
        witness.add_argument("pem", nargs="?", type=Path, help="file with the witness's public key")
        witness.add_argument("--reason", default="")

    def handle(self, *args: object, action: str, **options: object) -> None:
        try:
            getattr(self, f"_{action.replace('-', '_')}")(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _watch(self, **options: object) -> None:
        self.stdout.write(f"新告警 {services.watch()} 个。")
        self._alarms()

    def _alarms(self, **options: object) -> None:
        found = queries.open_alarms(1000)
        if not found:
            self.stdout.write("没有未解除的告警。")
        for one in found:
            self.stdout.write(f"{one.id}  {one.raised_at:%Y-%m-%d %H:%M}  {one.kind}  {one.finding}")

    def _end_alarm(self, *, alarm: UUID, reason: str, **options: object) -> None:
        services.end_alarm(alarm, reason=reason, actor=console("ledger end-alarm"))
        self.stdout.write("告警已解除。")

    def _cover(self, *, reason: str, **options: object) -> None:
        count = services.cover(actor=console("ledger cover"), reason=reason, say=self.stdout.write)
        self.stdout.write(f"登记了 {count} 组现有状态。")

    def _check(
        self, *, quick: bool, table: list[str], sample: int, since: datetime | None, progress: bool, **options: object
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

    def _head(self, **options: object) -> None:
        head = queries.newest()
        if head is None:
            raise CommandError("还没有签发过树头；worker 或 sequencer 在运行吗？")
        shown = queries.head_as_json(head)
        for name, value in shown.items():
            if name != "cosignatures":
                self.stdout.write(f"{name:<10}{value}")
        for one in shown["cosignatures"]:
            self.stdout.write(f"witness   {one['witness']}  {one['at']}")

    def _witness(self, *, act: str, name: str, pem: Path | None, reason: str, **options: object) -> None:
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
