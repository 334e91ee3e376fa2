"""A fact may be disputed again once the earlier order is closed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_promise_before")]

    operations = [
        migrations.RemoveConstraint(model_name="factcorrection", name="one_correction_per_fact"),
        migrations.AddIndex(
            model_name="factcorrection",
            index=models.Index(fields=["application", "fact"], name="corrections_of_a_fact"),
        ),
    ]
