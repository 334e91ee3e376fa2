from typing import Any

from django.db import migrations

from tongban.people.identity.rules import organisation_kind


def fill(apps: Any, schema_editor: Any) -> None:
    """Organisations registered before get the kind that their credit code says."""
    subjects = apps.get_model("identity", "Subject").objects
    for subject in subjects.filter(kind="organisation", organisation_kind="").iterator():
        subjects.filter(id=subject.id).update(organisation_kind=organisation_kind(subject.number))


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_mandates")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
