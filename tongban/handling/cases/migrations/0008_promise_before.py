from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_fact_corrections_and_once'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='promise_before',
            field=models.DateField(null=True),
        ),
    ]
