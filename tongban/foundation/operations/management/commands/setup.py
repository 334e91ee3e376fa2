"""`manage.py setup`: tables, the shared cache table, registries and the catalogue, as the database's owner."""

from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database up to date. Needs the owner role (DATABASE_OWNER_URL)."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        if "catalog" in get_commands():
            call_command("catalog", "load", verbosity=0)
