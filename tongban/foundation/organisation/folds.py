"""Which entries account for departments and posts."""

from tongban.foundation.ledger.folds import Fold
from tongban.foundation.organisation import events

FOLDS = (
    Fold(
        table="organisation_department",
        called="department",
        events=(events.DepartmentEstablished,),
        columns=("name", "short_code", "uscc", "division_id"),
    ),
    Fold(
        table="organisation_post",
        called="post",
        events=(events.PostEstablished,),
        columns=("department_id", "kind", "name"),
        writable=(),
    ),
)
