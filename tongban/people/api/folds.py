"""Which entries account for tokens."""

from tongban.people.api import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="api_token",
        called="token",
        events=(events.TokenIssued, events.TokenRevoked),
        columns=("subject_id", "principal_id", "scopes", "issued_at", "expires_at", "revoked_at"),
    ),
)
