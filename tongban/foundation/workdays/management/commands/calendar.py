"""`manage.py calendar load [FILE] [--reason TEXT]`: load the working-day table of a year."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from tongban.foundation.announcements.console import console
from tongban.foundation.workdays import services


class Command(BaseCommand):
    help = "Load a year's working-day table from a file, or all known years if no file is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load"])
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--reason", default="命令行导入", help="recorded in the ledger, e.g. the notice's number")

    def handle(self, *args: object, file: Path | None, reason: str, **options: object) -> None:
        by = console("calendar.load")
        if file:
            self.stdout.write(f"Loaded {services.load_year(file, actor=by, reason=reason)}.")
            return
        known = services.load_known_years(actor=by, reason=reason)
        self.stdout.write(f"Loaded {known.published[0]}-{known.published[-1]} as published.")
        for year in known.from_files:
            self.stdout.write(f"Loaded {year} from its table.")
