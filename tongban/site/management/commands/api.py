"""`manage.py api client`: print the example client, generated from the OpenAPI document."""

from django.core.management.base import BaseCommand, CommandParser

from tongban.site.api import api
from tongban.site.apiclient import client_source


class Command(BaseCommand):
    help = "Print the Python client of the interface (examples/tongban_client.py)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["client"])

    def handle(self, *args: object, **options: object) -> None:
        document = api.get_openapi_schema(path_prefix="/api/v1/")
        self.stdout.write(client_source(document["paths"]), ending="")
