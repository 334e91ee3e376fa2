"""`manage.py organisation load FILE` and `organisation rename NAME --to NAME --short NAME --reason TEXT`."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.announcements.console import console
from tongban.foundation.errors import DomainError
from tongban.people.organisation import queries, services
from tongban.people.organisation.loading import load_organisation


class Command(BaseCommand):
    help = "Establish what a YAML file names and skip what exists unchanged, or give a department its new name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load", "rename"])
        parser.add_argument("subject", help="the file, e.g. examples/organisation.yaml; or the department's name")
        parser.add_argument("--to", default="", help="the new name")
        parser.add_argument("--short", default="", help="the new short name; left out, it stays")
        parser.add_argument("--reason", default="", help="by which document; recorded in the ledger")

    def handle(
        self, *args: object, action: str, subject: str, to: str, short: str, reason: str, **options: object
    ) -> None:
        try:
            if action == "load":
                self._load(Path(subject))
            else:
                self._rename(subject, to, short, reason)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _load(self, file: Path) -> None:
        loaded = load_organisation(file, actor=console("organisation"))
        for line in loaded.established:
            self.stdout.write(line)
        self.stdout.write(f"{len(loaded.established)} established, {loaded.unchanged} unchanged")

    def _rename(self, name: str, to: str, short: str, reason: str) -> None:
        found = queries.department_named(name)
        former = found.name
        by = console("organisation.rename")
        renamed = services.rename_department(
            found.id, name=to, short_name=short or found.short_name, reason=reason, actor=by
        )
        self.stdout.write(f"{former} is now {renamed.name} ({renamed.short_name})")
