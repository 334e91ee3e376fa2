"""`manage.py greet`: print what the rooms tell the person who has started the platform; `bin/run` calls it."""

from collections.abc import Iterator

from django.core.management.base import BaseCommand

from tongban.foundation.operations.preparing import greetings
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind

NEXT = "  This city is not complete. Next steps (docs/operations.md, A new city), each with .venv/bin/python manage.py:"


class Command(BaseCommand):
    help = "Print what the rooms tell the person who has started the platform, and what a new city still lacks."

    def handle(self, *args: object, **options: object) -> None:
        for greeting in greetings:
            greeting(self.stdout.write)
        if steps := list(_steps_left()):
            self.stdout.write(NEXT)
            for step in steps:
                self.stdout.write(f"    {step}")


def _steps_left() -> Iterator[str]:
    if not organisation.departments().exists():
        yield "organisation load FILE      # divisions, departments and posts, e.g. examples/organisation.yaml"
    if not catalog.items(size=1).object_list:
        yield "catalog load                # the items and bundles that the city offers"
    kind = PostKind.SYSTEM_ADMIN
    if not any(identity.officers_at(post.department_id, kind) for post in organisation.posts_of_kind(kind)):
        yield "officers take-on --department … --name … --number … --login …      # the first administrator"
