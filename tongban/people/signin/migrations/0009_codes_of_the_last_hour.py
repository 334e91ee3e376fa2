from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('signin', '0008_phone_named_at_a_window'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='code',
            index=models.Index(condition=models.Q(('known', False)), fields=['sent_at'], name='signin_code_of_unknown'),
        ),
    ]
