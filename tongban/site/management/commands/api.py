"""`manage.py api client`: write the example client from the OpenAPI document."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tongban.site.api import api
from tongban.site.apiclient import written


class Command(BaseCommand):
    help = "Print the Python client of the interface (examples/tongban_client.py)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["client"])

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(written(api.get_openapi_schema(path_prefix="/api/v1/")), ending="")
