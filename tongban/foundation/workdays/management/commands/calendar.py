"""`manage.py calendar show | load [FILE] [--reason TEXT] [--dry-run]`: the years, and the table of a year."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.announcements.console import console
from tongban.foundation.workdays import queries, services, tables


class Command(BaseCommand):
    help = "Show the years. Load a year's working-day table from a file, or all known years if no file is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["show", "load"])
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--reason", default="命令行导入", help="recorded in the ledger, e.g. the notice's number")

        parser.add_argument("--dry-run", action="store_true", help="say which days would change, and change nothing")

    def handle(
        self, *args: object, action: str, file: Path | None, reason: str, dry_run: bool, **options: object
    ) -> None:
        if action == "show":
            for one in queries.years():
                self.stdout.write(
                    f"{one.year}: {one.workdays} working days{', provisional' if one.provisional else ''}"
                )
            return
        if dry_run:
            if file is None:
                raise CommandError("name the file of a table: calendar load FILE --dry-run")
            for change in queries.changes(tables.of_yaml(file.read_text(encoding="utf-8"))):
                self.stdout.write(f"{change.day} {'work' if change.is_workday else 'rest'} {change.note}".rstrip())
            return
        by = console("calendar.load")
        if file:
            self.stdout.write(f"Loaded {services.load_year(file, actor=by, reason=reason)}.")
            return
        known = services.load_known_years(actor=by, reason=reason)
        self.stdout.write(f"Loaded {known.published[0]}-{known.published[-1]} as published.")
        for year in known.from_files:
            self.stdout.write(f"Loaded {year} from its table.")
