"""`manage.py readers list|add|retire|simulate`: manage the document readers of windows."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.errors import DomainError
from tongban.people.identity.console import console
from tongban.people.organisation import queries as organisation
from tongban.people.signin import bridge, queries, services
from tongban.trust.ledger import keys


class Command(BaseCommand):
    help = "List, register or retire document readers; `simulate` registers the demo's at every window (development)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "add", "retire", "simulate"])
        parser.add_argument("--department", default="", help="name of the department whose windows have the reader")
        parser.add_argument("--name", default="", help="what the reader is called, e.g. 二号窗口读卡器")
        parser.add_argument("--key", type=Path, help="the bridge's public key, PEM")
        parser.add_argument("--id", type=UUID, help="the reader to retire")
        parser.add_argument("--reason", default="命令行操作", help="kept in the ledger")

    def handle(self, *args: object, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except (DomainError, keys.NotAKey, OSError) as error:
            raise CommandError(str(error)) from error

    def _list(self, *, department: str, **options: object) -> None:
        for reader in queries.readers_at(organisation.department_named(department).id):
            kind = "simulator" if reader.simulator else "reader"
            self.stdout.write(f"{reader.id}  {kind}  since {reader.registered_at:%Y-%m-%d}  {reader.name}")

    def _add(self, *, department: str, name: str, key: Path | None, reason: str, **options: object) -> None:
        if key is None:
            raise CommandError("--key FILE is missing: the public key of the bridge")
        made = services.register_reader(
            organisation.department_named(department).id,
            name=name,
            public_key=keys.read_public(key.read_text()),
            reason=reason,
            actor=console("readers.add"),
        )
        self.stdout.write(f"{made.id}")

    def _retire(self, *, id: UUID, reason: str, **options: object) -> None:
        services.retire_reader(id, reason=reason, actor=console("readers.retire"))
        self.stdout.write(f"{id} retired")

    def _simulate(self, **options: object) -> None:
        pair = keys.own_pair(settings.DATA_FOLDER / bridge.KEY)
        made = services.register_simulators(pair.public, actor=console("readers.simulate"))
        self.stdout.write(f"{made} windows have the demo's reader now")
