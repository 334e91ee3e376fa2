"""Which entries account for data uses and objections."""

from tongban.people.datauses import events
from tongban.trust.ledger.folds import Fold

USES = (
    "libraries.DataLookedUp",
    "licences.LicenceUsed",
    "licences.LicenceVerified",
    "licences.LicenceFileTaken",
    "cases.CaseFileOpened",
    "cases.MaterialRead",
    "cases.ApplicationTaken",
    "identity.Unmasked",
    "identity.VisitBegun",
    "audit.PersonSearched",
)
"""Events of other rooms, above and below: each use names the entry of its event."""
FOLDS = (
    Fold(
        table="datauses_use",
        called="data use",
        events=USES,
        link="entry_id",
        of="id",
        columns=(
            "subject_id", "actor", "principal_id", "department_id", "channel", "at", "kind", "case_number", "occasion",
        ),
        digested=("fields", "source", "purpose"),
        implies=False,
    ),
    Fold(
        table="datauses_objection",
        called="objection",
        events=(events.DataUseObjected,),
        columns=("use_id", "made_by", "made_at"),
    ),
)  # fmt: skip
