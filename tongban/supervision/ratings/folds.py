"""Which ledger entries account for the columns of ratings."""

from tongban.supervision.ratings import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="ratings_rating",
        called="rating",
        events=(events.ApplicationRated, events.RatingAdded),
        link="application_id",
        columns=("subject_id", "level", "tags", "rated_at", "added_at"),
    ),
)
