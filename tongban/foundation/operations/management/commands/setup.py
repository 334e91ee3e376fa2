"""`manage.py setup`: tables and the shared cache table, as the database's owner."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Bring the database up to date. Needs the owner role (DATABASE_OWNER_URL)."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
