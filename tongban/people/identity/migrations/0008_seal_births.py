from django.db import migrations

from tongban.trust.crypto.migrating import sealing


class Migration(migrations.Migration):
    """Seal them, batch by batch; a run that was stopped goes on where it stood."""

    atomic = False
    dependencies = [("identity", "0007_room_for_sealed_births"), ("crypto", "0002_key_hierarchy")]
    operations = [
        sealing("identity", "Subject", "division_code", "born"),
    ]
