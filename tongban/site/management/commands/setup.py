"""`manage.py setup`: prepare tables, cache table, static files and what each room needs, in one run.

Run it as the database's owner (DATABASE_URL with that role), because it migrates.
"""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from tongban.foundation.operations.preparing import steps
from tongban.foundation.ui import static_files
from tongban.site import city_identity

ONE_AT_A_TIME = 990_100
"""The key of the advisory lock that a setup holds. It never changes: an older release may run at the same time."""


class Command(BaseCommand):
    help = "Bring database, static files, catalogue and, if it is installed, the demo city up to date."

    def handle(self, *args: object, **options: object) -> None:
        city_identity.check()  # before the tables of another city's platform are changed
        with connection.cursor() as cursor:  # concurrent setups would create the same tables; held until this one ends
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        call_command("createcachetable", verbosity=0)
        call_command("migrate", verbosity=0, interactive=False)
        static_files.publish()
        for step in steps:
            step.run(self.stdout.write)
