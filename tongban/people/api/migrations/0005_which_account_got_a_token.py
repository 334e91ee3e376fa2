"""Attach each token to the account of its holder for which it was issued: the last of their own opened before it.

A token of somebody without an account of their own stays without. It may run again.
"""

from django.db import migrations

ATTACH = """
UPDATE api_token t SET account_id = (
  SELECT a.id FROM identity_account a
  WHERE a.subject_id = t.subject_id AND a.own_from IS NOT NULL AND a.opened_at <= t.issued_at
  ORDER BY a.opened_at DESC, a.id LIMIT 1)
WHERE t.account_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0004_tokens_of_an_account"),
        ("identity", "0012_whose_accounts_are"),
    ]

    operations = [migrations.RunSQL(ATTACH, migrations.RunSQL.noop)]
