"""Which entries account for ratings."""

from tongban.foundation.ledger.folds import Fold
from tongban.supervision.ratings import events

FOLDS = (
    Fold(
        table="ratings_rating",
        called="rating",
        events=(events.ApplicationRated, events.RatingAdded),
        link="application_id",
        columns=("subject_id", "level", "tags", "rated_at", "added_at"),
    ),
)
