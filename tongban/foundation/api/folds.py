"""Which entries account for tokens."""

from tongban.foundation.api import events
from tongban.foundation.ledger.folds import Fold

FOLDS = (
    Fold(
        table="api_token",
        called="token",
        events=(events.TokenIssued, events.TokenRevoked),
        columns=("subject_id", "principal_id", "scopes", "issued_at", "expires_at", "revoked_at"),
    ),
)
