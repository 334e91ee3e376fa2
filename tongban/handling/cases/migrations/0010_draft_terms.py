"""How long drafts are kept, and since when, so that a shorter term is not applied without notice."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_corrections_in_turn")]

    operations = [
        migrations.CreateModel(
            name="DraftTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField()),
                ("since", models.DateField()),
            ],
            options={"db_table": "cases_draft_term"},
        ),
    ]
