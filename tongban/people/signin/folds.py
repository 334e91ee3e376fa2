"""Which entries account for the evidence that proves identities."""

from tongban.people.signin import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="signin_proof",
        called="proof of identity",
        events=(events.ProofRecorded, events.ProofObjected),
        link="subject_id",
        columns=("account_id", "level", "kind", "adapter", "at", "until", "counts_from", "voided_at"),
        writable=("voided_at",),
    ),
    Fold(
        table="signin_reader",
        called="document reader",
        events=(events.ReaderRegistered, events.ReaderRetired),
        columns=("department_id", "simulator", "registered_at", "retired_at"),
        digested=("public_key",),
        writable=("retired_at",),
    ),
    Fold(
        table="signin_window_check",
        called="check at a window",
        events=(
            events.WindowCheckBegun, events.DocumentRead, events.SecondOfficerConfirmed, events.WindowCheckEnded,
        ),
        columns=(
            "visit_id", "clerk_id", "department_id", "subject_id", "account_id", "began_at", "reader_id", "read_at",
            "second_id", "second_at", "proof_id", "was_of_id", "was_own", "objected_at",
        ),
        digested=("nonce", "objection_index"),
    ),
)  # fmt: skip
