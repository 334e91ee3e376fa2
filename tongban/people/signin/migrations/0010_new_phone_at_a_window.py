import tongban.trust.crypto.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('signin', '0009_codes_of_the_last_hour'),
    ]

    operations = [
        migrations.AddField(
            model_name='windowcheck',
            name='new_phone',
            field=tongban.trust.crypto.fields.EncryptedTextField(null=True),
        ),
        migrations.AddIndex(
            model_name='windowcheck',
            index=models.Index(condition=models.Q(('new_phone__isnull', False)), fields=['began_at'], name='window_checks_with_new_phone'),
        ),
    ]
