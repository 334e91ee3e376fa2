"""Say of each account whether it is the person's own or was opened for a post (docs/adr/0022).

Opened for a post is what somebody else opened, and what the platform opened for a holder who was appointed the same
day. Accounts that people opened themselves are their own. And say of each visit whether the clerk registered the
person at it. Both statements may run again.
"""

from django.db import migrations

OWN = """
UPDATE identity_account a SET own_from = a.opened_at
WHERE a.own_from IS NULL
  AND NOT EXISTS (
    SELECT 1 FROM ledger_entry e
    WHERE e.subject = a.id AND e.type = 'identity.AccountOpened' AND e.actor NOT LIKE 'machine:%'
      AND e.actor <> a.subject_id::text)
  AND NOT (
    NOT EXISTS (
      SELECT 1 FROM ledger_entry e
      WHERE e.subject = a.id AND e.type = 'identity.AccountOpened'
        AND e.actor IN ('machine:registration', 'machine:national-platform', 'machine:network-id'))
    AND EXISTS (
      SELECT 1 FROM identity_appointment p
      WHERE p.subject_id = a.subject_id
        AND p.from_day BETWEEN (a.opened_at AT TIME ZONE 'Asia/Shanghai')::date - 1
                           AND (a.opened_at AT TIME ZONE 'Asia/Shanghai')::date + 1))
"""
REGISTERED = """
UPDATE identity_visit v SET registered = true
FROM identity_subject s
WHERE s.id = v.present_id AND NOT v.registered
  AND v.began_at BETWEEN s.registered_at - interval '1 second' AND s.registered_at + interval '1 minute'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0011_accounts_for_posts_and_offers"),
        ("ledger", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(OWN, migrations.RunSQL.noop),
        migrations.RunSQL(REGISTERED, migrations.RunSQL.noop),
    ]
