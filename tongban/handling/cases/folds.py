"""Which ledger entries account for applications, attachments, cases, finished steps and correction notices."""

from tongban.handling.cases import events
from tongban.trust.ledger.folds import Fold, every

MOVES = every(events.CaseEvent, but=(events.MaterialRead, events.CaseFileOpened, events.ResultIssued))
FOLDS = (
    Fold(
        table="cases_application",
        called="application",
        events=(
            events.ApplicationStarted, events.ApplicationSubmitted, events.ApplicationDiscarded,
            events.ApplicationClosed,
        ),
        columns=(
            "number", "kind", "service", "applicant_id", "division_code", "channel", "state", "created_at",
            "submitted_at", "closed_at",
        ),
    ),
    Fold(
        table="cases_attachment",
        called="attachment",
        events=(events.MaterialAttached, events.MaterialRemoved),
        link="application_id",
        columns=("material", "file_id", "added_at", "removed_at"),
    ),
    Fold(
        table="cases_case",
        called="case",
        events=MOVES,
        columns=(
            "application_id", "number", "item_code", "item_version", "department_id", "state", "round", "legal_days",
            "received_at", "accepted_at", "promise_due", "legal_due", "decision", "decided_at", "automatic",
            "closed_at",
        ),
    ),
    Fold(
        table="cases_step",
        called="finished step",
        events=MOVES,
        link="case_id",
        where="t.state = 'done'",
        columns=(
            "round", "key", "kind", "department_id", "post", "opened_at", "due_on", "done_at", "done_by", "outcome",
        ),
        implies=False,
    ),
    Fold(
        table="cases_correction",
        called="correction notice",
        events=(events.CorrectionRequested, events.CaseResubmitted, events.DueDaysRecounted),
        link="case_id",
        columns=("round", "issued_at", "issued_by", "due_on", "answered_at"),
    ),
)  # fmt: skip
