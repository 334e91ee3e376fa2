"""`manage.py ledger check|head|witness`: for operators. Anybody else uses the verifier, which needs no database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.errors import DomainError
from tongban.foundation.ledger import queries, services


@dataclass(frozen=True)
class CommandLine:
    name_for_record: str = "machine:ledger.witness"
    principal_id: UUID | None = None
    mandate_id: UUID | None = None


class Command(BaseCommand):
    help = "Check the ledger inside the database, show its head, register and retire witnesses."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="rows, leaves, nodes and heads; exit 1 when something does not fit")
        check.add_argument("--quick", action="store_true", help="counts, the newest head and samples only")
        actions.add_parser("head", help="the newest head and who has signed it")
        witness = actions.add_parser("witness", help="add NAME PEM, retire NAME, list")
        witness.add_argument("act", choices=["add", "retire", "list"])
        witness.add_argument("name", nargs="?", default="")
        witness.add_argument("pem", nargs="?", type=Path, help="file with the witness's public key")
        witness.add_argument("--reason", default="")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _check(self, *, quick: bool, **options: Any) -> None:
        findings = 0
        for finding in queries.findings(quick=quick):
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
            services.retire_witness(name, reason=reason, actor=CommandLine())
            self.stdout.write(f"{name} retired")
        else:
            if pem is None:
                raise CommandError("请给出见证方公钥的文件：manage.py ledger witness add 名称 公钥.pem --reason 理由")
            try:
                text = pem.read_text()
            except (OSError, UnicodeDecodeError) as problem:
                raise CommandError(f"读不到公钥文件 {pem}：{problem}") from problem
            services.add_witness(name, text, reason=reason, actor=CommandLine())
            self.stdout.write(f"{name} added")
