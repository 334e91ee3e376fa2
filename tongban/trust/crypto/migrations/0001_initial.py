from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("key_id", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("public", models.BinaryField(max_length=65)),
                ("private", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "crypto_signing_key"},
        ),
    ]
