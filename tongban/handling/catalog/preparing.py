"""The catalogue's step of `manage.py setup`."""

from django.core.management import call_command

from tongban.foundation.operations.preparing import Write
from tongban.people.organisation import queries as organisation


def load_shipped(write: Write) -> None:
    """Publish the shipped items and bundles, once there are departments to which they can belong."""
    if organisation.departments().exists():
        call_command("catalog", "load")
    else:
        write("No departments yet: establish them, then run `manage.py catalog load`.")
