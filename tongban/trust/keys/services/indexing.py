"""Replace the key of blind indexes: make the next, index old rows again, retire the one before when nobody needs it.

The ledger's salts and the addresses of files stay under key 1, whatever is replaced here (docs/adr/0025).
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.actors import machine
from tongban.foundation.announcements.ports import Recorded
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.ids import new_id
from tongban.trust.crypto.queries import Key
from tongban.trust.crypto.services import index_keys, key_checks, reindexing
from tongban.trust.keys import events
from tongban.trust.keys.services.asking import announce_rotation, check

BY = machine("keys.reindex")
ACCEPTED = ("secret", "index")
WHY = "索引密钥轮换后重建索引"


@transaction.atomic
def begin(*, reason: str, actor: Recorded) -> Key:
    """The next index key: looked up by at once, used for new rows after two cache times. One rotation at a time."""
    check(actor, reason)
    if index_keys.unfinished():
        raise Conflict("上一次轮换的旧索引还没有全部重建，请等后台完成、旧密钥停用以后再轮换。")
    before = index_keys.newest()
    key = index_keys.new_index_key(by=actor.name_for_record)
    announce_rotation(key, before, 0, reason, actor)
    return key


def reindex(*, batch: int, reason: str, actor: Recorded, say: Callable[[str], Any] = lambda _: None) -> int:
    """Index all old rows again now, beside the running work; then retire the old key if nobody needs it any more."""
    check(actor, reason)
    if not 1 <= batch <= 10_000:
        raise Invalid("每批 1 至 10000 行。", field="batch")
    done = reindexing.reindex(batch=batch, say=say)
    announce(events.RowsReindexed(subject=new_id(), rows=done), actor=actor, reason=reason)
    finish(reason=reason, actor=actor)
    return done


def tend_indexes(at_most: int) -> int:
    """A little of the work, by the platform itself; nothing while one key lives."""
    if not index_keys.unfinished():
        return 0
    done = reindexing.reindex(batch=200, at_most=at_most)
    if done:
        announce(events.RowsReindexed(subject=new_id(), rows=done), actor=BY, reason=WHY)
    finish(reason=WHY, actor=BY)
    return done


def count_indexes() -> None:
    """Count which index key made how many indexes."""
    reindexing.count()


@transaction.atomic
def accept(name: str, *, reason: str, actor: Recorded) -> None:
    """A key of the environment was changed on purpose; only the owner of the database may write its check value."""
    check(actor, reason)
    if name not in ACCEPTED:
        raise Invalid("只有会话密钥（secret）和索引密钥（index）可以这样更换。", field="key")
    if not key_checks.may_write():
        raise Conflict("只有数据库的属主能改校验值，请用 DATABASE_OWNER_URL 的连接运行这条命令。")
    key_checks.accept(name)
    announce(events.KeyAccepted(subject=new_id(), name=name), actor=actor, reason=reason)


@transaction.atomic
def finish(*, reason: str, actor: Recorded) -> list[Key]:
    """Count what is left; retire the old key once no row, no writer and nothing that passes by itself needs it."""
    now = clock.now()
    index_keys.note_rows_left(reindexing.count(), now)
    if not index_keys.may_retire(now):
        return []
    retired = index_keys.retire_older(by=actor.name_for_record)
    for key in retired:
        announce(events.KeyRetired(subject=key.id, level="index", purpose=""), actor=actor, at=now, reason=reason)
    return list(retired)
