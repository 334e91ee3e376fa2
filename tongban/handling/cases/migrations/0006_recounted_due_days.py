from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_known_kinds_hold'),
    ]

    operations = [
        migrations.AddField(
            model_name='step',
            name='due_before',
            field=models.DateField(null=True),
        ),
    ]
