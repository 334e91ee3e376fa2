"""Attach each proof to the account that it proves (docs/adr/0022).

First what only the person could bring to an account that was opened for a post: it makes that their own. Then, for
people with accounts of their own, the last one that was so before the proof, or the only one that there is. A proof of
somebody without such an account stays without: no account that is opened later gains by it. Both may run again.
"""

from django.db import migrations

BROUGHT = """
WITH brought AS (
  SELECT DISTINCT ON (p.id) p.id AS proof_id, a.id AS account_id, p.at
  FROM signin_proof p JOIN identity_account a ON a.subject_id = p.subject_id
  WHERE p.account_id IS NULL AND p.kind IN ('face', 'network-id', 'national-platform')
    AND a.own_from IS NULL AND a.opened_at <= p.at
    AND NOT EXISTS (SELECT 1 FROM identity_account o WHERE o.subject_id = p.subject_id AND o.own_from IS NOT NULL)
  ORDER BY p.id, a.opened_at DESC
), attached AS (
  UPDATE signin_proof p SET account_id = b.account_id FROM brought b WHERE p.id = b.proof_id RETURNING p.account_id, p.at
)
UPDATE identity_account a SET own_from = first.at
FROM (SELECT account_id, min(at) AS at FROM attached GROUP BY account_id) first WHERE a.id = first.account_id
"""
OWN = """
UPDATE signin_proof p SET account_id = chosen.account_id
FROM (
  SELECT q.id AS proof_id, (
    SELECT a.id FROM identity_account a
    WHERE a.subject_id = q.subject_id AND a.own_from IS NOT NULL
      AND (a.own_from <= q.at OR a.own_from = a.opened_at AND 1 = (
        SELECT count(*) FROM identity_account o WHERE o.subject_id = q.subject_id AND o.own_from IS NOT NULL))
    ORDER BY a.opened_at DESC, a.id LIMIT 1) AS account_id
  FROM signin_proof q
  WHERE q.account_id IS NULL
    AND EXISTS (SELECT 1 FROM identity_account a WHERE a.subject_id = q.subject_id AND a.own_from IS NOT NULL)
) chosen
WHERE p.id = chosen.proof_id AND chosen.account_id IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("signin", "0003_proofs_of_accounts_and_window_checks"),
        ("identity", "0012_whose_accounts_are"),
    ]

    operations = [
        migrations.RunSQL(BROUGHT, migrations.RunSQL.noop),
        migrations.RunSQL(OWN, migrations.RunSQL.noop),
    ]
