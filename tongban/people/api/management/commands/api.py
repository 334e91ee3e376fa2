"""`manage.py api client`: print the example client, generated from the OpenAPI document."""

import json

from django.core.management.base import BaseCommand, CommandParser
from django.http import HttpRequest
from django.urls import resolve, reverse

from tongban.people.api.client import client_source


class Command(BaseCommand):
    help = "Print the Python client of the interface (examples/tongban_client.py)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["client"])

    def handle(self, *args: object, **options: object) -> None:
        # The operations belong to rooms above this one, so the document is read where everybody reads it.
        view = resolve(reverse("api-v1:openapi-json")).func
        document = json.loads(view(HttpRequest()).content)
        self.stdout.write(client_source(document["paths"]), ending="")
