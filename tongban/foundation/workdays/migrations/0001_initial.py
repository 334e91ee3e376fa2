from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("is_workday", models.BooleanField()),
                ("note", models.CharField(blank=True, max_length=40)),
                ("provisional", models.BooleanField(default=False)),
            ],
            options={"db_table": "workdays_calendar_day"},
        ),
    ]
