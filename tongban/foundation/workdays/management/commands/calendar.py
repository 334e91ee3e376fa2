"""`manage.py calendar load [FILE] [--reason TEXT]`: the working-day table of a year."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tongban.foundation.announcements.actors import console
from tongban.foundation.workdays import services


class Command(BaseCommand):
    help = "Load the working-day table: without a file the known years and the provisional next one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load"])
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--reason", default="命令行导入", help="kept in the ledger, e.g. the notice's number")

    def handle(self, *args: Any, reason: str, **options: Any) -> None:
        by = console("calendar.load")
        if options["file"]:
            self.stdout.write(f"Loaded {services.load_year(options['file'], actor=by, reason=reason)}.")
            return
        services.load_known_years(actor=by, reason=reason)
        services.load_year(services.PROVISIONAL_2027, actor=by, reason=reason)
        self.stdout.write("Loaded 2024-2026 as published and 2027 as provisional.")
