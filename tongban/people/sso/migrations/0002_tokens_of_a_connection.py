from django.db import migrations


class Migration(migrations.Migration):
    """The library's tokens are found by the sign-in that they hang on (`queries.tokens_of`)."""

    dependencies = [
        ('sso', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX sso_tokens_of_connection ON allauth_idp_oidc_token ((data -> 'sid'))",
            "DROP INDEX sso_tokens_of_connection",
        ),
    ]
