"""`manage.py status`: what the detail of readiness says, asked from the command line; exit code 1 when not ready."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from tongban.foundation.operations import queries


class Command(BaseCommand):
    help = "Each check of the platform with its figures, as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        found = queries.readiness(fresh=True)
        self.stdout.write(json.dumps(found.detail(), ensure_ascii=False, indent=2))
        if not found.ready:
            sys.exit(1)
