"""Which entries account for work orders and the notes on them."""

from tongban.people.workorders import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="workorders_order",
        called="work order",
        events=(
            events.OrderRaised, events.OrderTaken, events.OrderHandedOn, events.OrderEscalated, events.OrderAnswered,
            events.OrderClosed, events.OrderReopened, events.OrderRecounted, events.OrderWithdrawn,
        ),
        columns=(
            "number", "kind", "about", "state", "post_id", "taken_by_id", "raised_by_id", "raised_for_id", "raised_at",
            "due_on", "outcome", "answered_at", "escalated_at", "reopened_at", "ended_at",
        ),
    ),
    Fold(
        table="workorders_note",
        called="note on a work order",
        events=(events.OrderNoted,),
        link="order_id",
        columns=("by_id", "at", "internal"),
    ),
)  # fmt: skip
