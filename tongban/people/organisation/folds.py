"""Which entries account for departments and posts."""

from tongban.people.organisation import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="organisation_department",
        called="department",
        events=(events.DepartmentEstablished, events.DepartmentRenamed),
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
