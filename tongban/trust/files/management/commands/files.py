"""`manage.py files sweep|rewrap`: remove orphaned contents; reseal headers under the current key."""

from django.core.management.base import BaseCommand, CommandParser

from tongban.trust.files import services


class Command(BaseCommand):
    help = (
        "sweep: remove stored contents that no row refers to and that are older than a day. rewrap: reseal all headers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["sweep", "rewrap"])

    def handle(self, *args: object, action: str, **options: object) -> None:
        if action == "sweep":
            self.stdout.write(f"Removed {services.sweep()}.")
        else:
            self.stdout.write(f"Resealed the headers of {services.rewrap()} contents.")
