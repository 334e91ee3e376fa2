"""The years that are known when the platform is set up; later years come through `manage.py calendar load`."""

from django.db import migrations


def load(apps, schema_editor):
    from tongban.foundation.workdays import services

    services.load_known_years()


class Migration(migrations.Migration):
    dependencies = [("workdays", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
