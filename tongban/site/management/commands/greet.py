"""`manage.py greet`: print what the rooms tell the person who has started the platform; `bin/run` calls it."""

from django.core.management.base import BaseCommand

from tongban.foundation.operations.preparing import greetings


class Command(BaseCommand):
    help = "Print what the rooms tell the person who has started the platform, e.g. the demo's sign-ins."

    def handle(self, *args: object, **options: object) -> None:
        for greeting in greetings:
            greeting(self.stdout.write)
