"""`manage.py calendar load [FILE]`: the working-day table of a year."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tongban.foundation.workdays import services


class Command(BaseCommand):
    help = "Load the working-day table: without a file the known years and the provisional next one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["load"])
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"]:
            self.stdout.write(f"Loaded {services.load_year(options['file'])}.")
            return
        services.load_known_years()
        services.load_year(services.PROVISIONAL_2027)
        self.stdout.write("Loaded 2024-2026 as published and 2027 as provisional.")
