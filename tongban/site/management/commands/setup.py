"""`manage.py setup [--demo]`: prepare tables, cache table, static files, demo city and catalogue in one run.

Run it as the database's owner (DATABASE_URL with that role), because it migrates.
"""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from tongban.exchange.libraries import services as libraries
from tongban.people.identity.actors import machine
from tongban.people.organisation import queries as organisation

ONE_AT_A_TIME = 84_010_077
"""The key of the advisory lock that a setup holds."""


class Command(BaseCommand):
    help = "Bring database, static files and catalogue up to date; with --demo also the demo city with its history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="build the demo city if it does not exist")

    def handle(self, *args: object, demo: bool, **options: object) -> None:
        with connection.cursor() as cursor:  # concurrent setups would create the same tables; held until this one ends
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        if demo:
            call_command("city", "build")
        if not organisation.departments().exists():
            self.stdout.write("No departments yet: establish them, then run `manage.py catalog load`.")
            return
        call_command("catalog", "load")
        libraries.entitle_representatives(actor=machine("setup"))  # for firms recorded before this right existed
        if demo and not settings.PRODUCTION:
            call_command("readers", "simulate", stdout=self.stdout)
        if demo:
            call_command("city", "history", cases=settings.DEMO_CASES)
