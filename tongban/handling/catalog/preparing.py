"""The catalogue's step of `manage.py setup`."""

from django.core.management import call_command

from tongban.foundation.city import has_demo
from tongban.foundation.operations.preparing import Write
from tongban.handling.catalog import reading
from tongban.handling.catalog.models import CurrentBundle, CurrentItem
from tongban.people.organisation import queries as organisation


def load_shipped(write: Write) -> None:
    """Publish new versions of the shipped items and bundles.

    A demo city offers all. Any other city chooses what it offers by its own `catalog load`, so only what is in force
    there is brought up to date; others may belong to departments that it does not have.
    """
    if not organisation.departments().exists():
        write("No departments yet: establish them, then run `manage.py catalog load`.")
    elif has_demo():
        call_command("catalog", "load")
    else:
        in_force = {
            *CurrentItem.objects.values_list("code", flat=True),
            *CurrentBundle.objects.values_list("key", flat=True),
        }
        if paths := [str(path) for path in reading.files() if path.stem in in_force]:
            call_command("catalog", "load", *paths)
        else:
            write("No items are offered yet: run `manage.py catalog load`.")
