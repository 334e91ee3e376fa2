"""`manage.py resources table` prints the data standard of the shared resources for docs/data-resources.md."""

from django.core.management.base import BaseCommand, CommandParser

from tongban.exchange.libraries.definitions import as_table


class Command(BaseCommand):
    help = "Print the data standard of the shared resources as Markdown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["table"])

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(as_table(), ending="")
