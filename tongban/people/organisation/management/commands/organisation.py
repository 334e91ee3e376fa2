"""`manage.py organisation load FILE`: establish a city's divisions, departments and posts."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.announcements.console import console
from tongban.foundation.errors import DomainError
from tongban.people.organisation.loading import load_organisation


class Command(BaseCommand):
    help = "Establish the divisions, departments and posts of a YAML file. What exists unchanged is skipped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load"])
        parser.add_argument("file", type=Path, help="e.g. examples/organisation.yaml, which explains the fields")

    def handle(self, *args: object, action: str, file: Path, **options: object) -> None:
        try:
            loaded = load_organisation(file, actor=console("organisation"))
        except DomainError as error:
            raise CommandError(error.message) from error
        for line in loaded.established:
            self.stdout.write(line)
        self.stdout.write(f"{len(loaded.established)} established, {loaded.unchanged} unchanged")
