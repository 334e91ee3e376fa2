"""Which entries account for data uses and objections."""

from tongban.people.datauses import events
from tongban.people.datauses.kinds import use_events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="datauses_use",
        called="data use",
        events=use_events.values,
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
