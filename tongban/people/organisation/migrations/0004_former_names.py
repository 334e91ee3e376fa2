from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisation', '0003_posts_are_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='department',
            name='former_names',
            field=models.JSONField(blank=True, default=list, db_default=models.Value([], models.JSONField())),
        ),
    ]
