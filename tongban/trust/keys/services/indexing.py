"""Rotates the key of blind indexes: creates a new key, reindexes old rows, and retires the old key when it is unused.

The ledger's salts and the names of stored files always stay under key 1 (docs/adr/0025).
"""

from collections.abc import Callable

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.actors import machine
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.ids import new_id
from tongban.trust.crypto.queries import Key
from tongban.trust.crypto.services import index_keys, key_checks, reindexing
from tongban.trust.keys import events
from tongban.trust.keys.services.permission import announce_rotation, check

BY = machine("keys.reindex")
ACCEPTED = ("secret", "index")
WHY = "索引密钥轮换后重建索引"


@transaction.atomic
def begin(*, reason: str, actor: EventActor) -> Key:
    """Create the next index key. It is used for look-ups at once, and for new rows after two cache times.

    Raises NotAllowed, Invalid, or Conflict while a rotation is in progress.
    """
    check(actor, reason)
    if index_keys.unfinished():
        raise Conflict("上一次轮换的旧索引还没有全部重建，请等后台完成、旧密钥停用以后再轮换。")
    before = index_keys.newest()
    key = index_keys.new_index_key(by=actor.name_for_record)
    announce_rotation(key, before, 0, reason, actor)
    return key


def reindex(*, batch: int, reason: str, actor: EventActor, say: Callable[[str], object] = lambda _: None) -> int:
    """Reindex all old rows now, then retire the old key if possible; return the number of rewritten rows.

    Each batch of `batch` rows is its own transaction. Raises NotAllowed or Invalid.
    """
    check(actor, reason)
    if not 1 <= batch <= 10_000:
        raise Invalid("每批 1 至 10000 行。", field="batch")
    done = reindexing.reindex(batch=batch, say=say)
    announce(events.RowsReindexed(subject=new_id(), rows=done), actor=actor, reason=reason)
    finish(reason=reason, actor=actor)
    return done


def reindex_some(at_most: int) -> int:
    """Reindex at most `at_most` rows in the background during a rotation; return their number."""
    if not index_keys.unfinished():
        return 0
    done = reindexing.reindex(batch=200, at_most=at_most)
    if done:
        announce(events.RowsReindexed(subject=new_id(), rows=done), actor=BY, reason=WHY)
    finish(reason=WHY, actor=BY)
    return done


def count_indexes() -> None:
    """Count the indexes of each index key."""
    reindexing.count()


@transaction.atomic
def accept(name: str, *, reason: str, actor: EventActor) -> None:
    """Accept a configured key (`secret` or `index`) that was changed deliberately.

    Requires the database owner's rights. Raises NotAllowed, Invalid or Conflict.
    """
    check(actor, reason)
    if name not in ACCEPTED:
        raise Invalid("只有会话密钥（secret）和索引密钥（index）可以这样更换。", field="key")
    if not key_checks.may_write():
        raise Conflict("只有数据库的属主能改校验值，请用 DATABASE_OWNER_URL 的连接运行这条命令。")
    key_checks.accept(name)
    announce(events.KeyAccepted(subject=new_id(), name=name), actor=actor, reason=reason)


@transaction.atomic
def finish(*, reason: str, actor: EventActor) -> list[Key]:
    """Count old indexes, and retire the older keys once nothing needs them (`index_keys.may_retire`).

    Returns the retired keys.
    """
    now = clock.now()
    index_keys.note_rows_left(reindexing.count(), now)
    if not index_keys.may_retire(now):
        return []
    retired = index_keys.retire_older(by=actor.name_for_record)
    for key in retired:
        announce(events.KeyRetired(subject=key.id, level="index", purpose=""), actor=actor, at=now, reason=reason)
    return list(retired)
