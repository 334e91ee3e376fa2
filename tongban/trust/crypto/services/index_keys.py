"""Creates and retires index keys. The room `keys` decides who may do so and records the reason.

A new key is used for look-ups at once, and makes indexes after two cache times. Then old rows are reindexed. The
previous key is retired when no row, no unfinished transaction and no short-lived column needs it any longer.
"""

import os
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.trust.crypto import indexed, indexring, keyring, making, masters
from tongban.trust.crypto.models import IndexKey, States


@transaction.atomic
def adopt_first(*, by: str = making.PLATFORM) -> None:
    """Store TONGBAN_INDEX_KEY in the hierarchy as number 1, if that has not been done."""
    making.lock()
    if not IndexKey.objects.filter(number=indexring.FIRST).exists():
        now = clock.now()
        _new(indexring.FIRST, bytes.fromhex(settings.INDEX_KEY), by, made_at=now, current_from=now)


@transaction.atomic
def new_index_key(*, by: str) -> IndexKey:
    """Create the next key, which becomes current after two cache times.

    The caller makes sure that no rotation is in progress (`unfinished`).
    """
    making.lock()
    last = IndexKey.objects.order_by("-number").first()
    number = last.number + 1 if last else indexring.FIRST + 1
    now = clock.now()
    return _new(number, os.urandom(32), by, made_at=now, current_from=now + 2 * keyring.cached_for())


def unfinished() -> bool:
    """Return whether an older key is still used for look-ups besides the newest."""
    return IndexKey.objects.filter(state=States.ACTIVE).count() > 1


def note_rows_left(left: int, at: datetime) -> None:
    """Remember since when no row is left under an older key. A row that turns up later restarts the wait."""
    key = newest()
    if key is None or not unfinished():
        return
    if left:
        key.alone_from = key.alone_after = None
    elif key.alone_from is None and at >= key.current_from + keyring.cached_for():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            (key.alone_after,) = cursor.fetchone()
        key.alone_from = at
    key.save(update_fields=["alone_from", "alone_after"])


def may_retire(at: datetime) -> bool:
    """Return whether no row, no unfinished transaction and no short-lived column needs the older keys.

    A transaction may have read a row with an old index and save it later. So two cache times must have passed since the
    last old index disappeared, and every transaction that began before that must have ended.
    """
    key = newest()
    if key is None or key.alone_from is None or not unfinished():
        return False
    if at < key.alone_from + 2 * keyring.cached_for() or at < key.current_from + indexed.longest_life():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (oldest,) = cursor.fetchone()
    return bool(oldest > key.alone_after)


@transaction.atomic
def retire_older(*, by: str) -> list[IndexKey]:
    """Retire all keys but the newest, and return them. Call it only when `may_retire` allows it."""
    making.lock()
    last = newest()
    older = [] if last is None else list(IndexKey.objects.filter(state=States.ACTIVE).exclude(pk=last.pk))
    for key in older:
        making.retire(key, by=by)
    return older


def newest() -> IndexKey | None:
    """Return the newest active key, which makes indexes now or soon."""
    return IndexKey.objects.filter(state=States.ACTIVE).order_by("-number").first()


def _new(number: int, secret: bytes, by: str, *, made_at: datetime, current_from: datetime) -> IndexKey:
    key = IndexKey(number=number, made_at=made_at, made_by=by, current_from=current_from)
    key.sealed = masters.seal(secret, bound_to=keyring.place_of(key))
    making.known_master_key(by)
    key.save(force_insert=True)
    keyring.changed()
    return key
