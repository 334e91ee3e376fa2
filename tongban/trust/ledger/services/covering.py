"""Records the state of rows from before entries carried their rows, so that they can be compared from then on."""

from collections.abc import Callable

from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.ports import EventActor
from tongban.trust.ledger.events import RowsCovered
from tongban.trust.ledger.folds import ROWS, SINCE_VERSION, Fold, folds
from tongban.trust.ledger.services.recording import record_covering

BATCH = 500


def cover(*, actor: EventActor, reason: str, say: Callable[[str], object] = lambda line: None) -> int:
    """Record the current state of rows that have only old entries; return the number of groups.

    Each batch is its own transaction; after an interruption, run it again to continue. Groups that are not identified
    by a subject alone (`Fold.of`, `Fold.also`) are left out.
    """
    done = 0
    for fold in folds():
        if fold.of != "subject" or fold.also or fold.late:
            continue
        before = done
        while count := _cover_some(fold, actor, reason):
            done += count
        say(f"{fold.table}: {done - before}")
    return done


@transaction.atomic
def _cover_some(fold: Fold, actor: EventActor, reason: str) -> int:
    where = f"AND {fold.where}" if fold.where else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT {fold.linked} FROM {fold.table} t WHERE EXISTS ("
            f"  SELECT FROM ledger_entry e WHERE e.subject = {fold.linked} AND e.type = ANY(%s)"
            f"   AND e.version < {SINCE_VERSION})"
            f" AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.subject = {fold.linked}"
            f"   AND e.payload->'{ROWS}' ? %s) {where} LIMIT %s",
            [list(fold.types), fold.table, BATCH],
        )
        links = [link for (link,) in cursor.fetchall()]
        if links and fold.writable != ():  # lock the rows until their entry is written
            cursor.execute(f"SELECT 1 FROM {fold.table} t WHERE {fold.linked} = ANY(%s) FOR SHARE", [links])
    events = [RowsCovered(subject=link, table=fold.table) for link in links]
    record_covering(events, fold, actor=actor, at=clock.now(), reason=reason)
    return len(links)
