"""`manage.py status`: print the readiness detail; exit code 1 if the platform is not ready."""

import json
import sys

from django.core.management.base import BaseCommand

from tongban.foundation.operations import queries


class Command(BaseCommand):
    help = "Print the result of each health check with its figures, as JSON."

    def handle(self, *args: object, **options: object) -> None:
        found = queries.readiness(fresh=True)
        self.stdout.write(json.dumps(found.detail(), ensure_ascii=False, indent=2))
        if not found.ready:
            sys.exit(1)
