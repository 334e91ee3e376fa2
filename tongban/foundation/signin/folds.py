"""Which entries account for the evidence of who somebody is."""

from tongban.foundation.ledger.folds import Fold
from tongban.foundation.signin import events

FOLDS = (
    Fold(
        table="signin_proof",
        called="proof of identity",
        events=(events.ProofRecorded,),
        link="subject_id",
        also=("t.at AT TIME ZONE 'UTC'", "e.at AT TIME ZONE 'UTC'"),
        columns=("level", "kind", "adapter", "at", "until"),
    ),
)
