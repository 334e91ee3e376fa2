"""`manage.py files sweep|rewrap`: remove what no row names; seal the headers under the current key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tongban.trust.files import services


class Command(BaseCommand):
    help = (
        "sweep: remove stored contents that no row names and that are older than a day. rewrap: seal all headers anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["sweep", "rewrap"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "sweep":
            self.stdout.write(f"Removed {services.sweep()}.")
        else:
            self.stdout.write(f"Sealed the headers of {services.rewrap()} contents anew.")
