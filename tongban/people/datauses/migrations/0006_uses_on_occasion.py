"""Find what an actor has used on one occasion by the occasion, instead of scanning all of the actor's latest uses."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("datauses", "0005_rooms_declare_kinds")]

    operations = [
        AddIndexConcurrently(
            model_name="datause",
            index=models.Index(
                fields=["occasion", "actor", "at"],
                name="uses_on_occasion",
                condition=Q(occasion__isnull=False),
            ),
        ),
        RemoveIndexConcurrently(model_name="datause", name="uses_by_actor"),
    ]
