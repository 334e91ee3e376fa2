"""Changes of keys: checks the permission and the reason, and announces each change."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.actors import machine
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ids import new_id
from tongban.trust.crypto import making
from tongban.trust.crypto import queries as crypto
from tongban.trust.crypto.queries import DataKey, DepartmentKey, Key
from tongban.trust.crypto.services import resealing
from tongban.trust.keys import events
from tongban.trust.keys.services import indexing
from tongban.trust.keys.services.permission import announce_rotation, check
from tongban.trust.ledger import queries as ledger

LEVELS = ("data", "department", "master", "index")
_UNCOUNTED = {"files", "general", "legacy"}
"""Purposes whose keys also seal files. Values outside the database cannot be counted."""


@transaction.atomic
def rotate(level: str, *, purpose: str = "", algorithm: str = "", reason: str, actor: EventActor) -> list[Key]:
    """Replace the keys of a level, for one purpose or for all; return the new keys. Readers and writers continue.

    - `data`: new values are sealed under a new key, and the old key still opens its values.
    - `department`: data keys are rewrapped for a new key.
    - `master`: all secrets are resealed under the first configured master key, which must be a new one.
    - `index`: see `indexing.begin`.

    Raises NotAllowed, Invalid or Conflict.
    """
    check(actor, reason)
    if level not in LEVELS:
        raise Invalid("请选择要轮换的层级：数据密钥、部门密钥、主密钥或索引密钥。", field="level")
    if algorithm not in ("", *DepartmentKey.Algorithms.values):
        raise Invalid("部门密钥的算法只有 sm9 和 sm2。", field="algorithm")
    if purpose and purpose not in making.purposes():
        raise Invalid(f"没有“{purpose}”这个用途，请从密钥清单里选择。", field="purpose")
    by = actor.name_for_record
    if level == "master":
        before = crypto.active_master_key()
        master, count = making.adopt_master_key(by=by)
        if before is not None and before.id == master.id and not count:
            raise Conflict("还没有配置新的主密钥。请先把新密钥放到配置的第一位，所有进程重启后再轮换。")
        announce_rotation(master, before, count, reason, actor)
        return [master]
    if level == "index":
        return [indexing.begin(reason=reason, actor=actor)]
    made: list[Key] = []
    for one in [purpose] if purpose else sorted(making.purposes()):
        old = crypto.active_key(level, one)
        new: Key
        if level == "data":
            new = making.new_data_key(one, by=by)
        else:
            new = making.new_department_key(one, by=by, algorithm=algorithm)
        announce_rotation(new, old, crypto.wrapped_for(new), reason, actor)
        made.append(new)
    return made


@transaction.atomic
def retire(key_id: UUID, *, reason: str, actor: EventActor) -> None:
    """Retire a data key and replace it with a new one. Raises NotAllowed, Invalid, NotFound or Conflict."""
    check(actor, reason)
    key = _data_key(key_id)
    if key.state != "active":
        raise Conflict("这把密钥已经停用，不用再停用。")
    making.new_data_key(key.purpose, by=actor.name_for_record)
    announce(events.KeyRetired(subject=key.id, level="data", purpose=key.purpose), actor=actor, reason=reason)


@transaction.atomic
def destroy(key_id: UUID, *, reason: str, actor: EventActor, shred: bool = False) -> None:
    """Destroy a retired key for good.

    With `shred`, values that were sealed with it are lost deliberately. Without, Conflict is raised while such values
    exist or may exist. Raises NotAllowed, Invalid or NotFound as well.
    """
    check(actor, reason)
    key = making.find(key_id)
    if key is None:
        raise NotFound("没有找到这把密钥，请从密钥清单里复制编号。")
    if crypto.level_of(key) == "index":
        raise Conflict("索引密钥不单独销毁：旧索引全部重建后自动停用，第 1 号还要一直用于存证的盐值和文件地址。")
    if not isinstance(key, DataKey | DepartmentKey):
        raise Conflict("主密钥和标识根密钥由保管它的地方（密码机、密钥文件、环境变量）销毁，请先轮换再到那里销毁。")
    if key.state == "active":
        raise Conflict("这把密钥还在用，请先轮换（keys rotate），再销毁停用的这一把。")
    if key.state == "destroyed":
        raise Conflict("这把密钥已经销毁。")
    _wait_for_writers(key)
    used = _used(key, shred)
    making.destroy(key, by=actor.name_for_record)
    level = crypto.level_of(key)
    event = events.KeyDestroyed(subject=key.id, level=level, purpose=key.purpose, shredded=tuple(used))
    announce(event, actor=actor, reason=reason)


def reseal(
    purpose: str = "", *, batch: int, reason: str, actor: EventActor, say: Callable[[str], object] = lambda _: None
) -> int:
    """Reseal the old values of one purpose, or of all, under the current keys; return the number of rewritten rows.

    Each batch of `batch` rows is its own transaction. Raises NotAllowed or Invalid.
    """
    check(actor, reason)
    if not 1 <= batch <= 10_000:
        raise Invalid("每批 1 至 10000 行。", field="batch")
    if purpose and purpose not in making.purposes():
        raise Invalid(f"没有“{purpose}”这个用途，请从密钥清单里选择。", field="purpose")
    done = resealing.reseal(purpose, batch=batch, say=say)
    resealing.count(purpose)
    announce(events.ValuesResealed(subject=new_id(), purpose=purpose, rows=done), actor=actor, reason=reason)
    return done


def reseal_some(at_most: int) -> int:
    """Reseal at most `at_most` rows in the background, and announce it if there were any; return their number."""
    done = resealing.reseal_some(at_most)
    if done:
        event = events.ValuesResealed(subject=new_id(), purpose="", rows=done)
        announce(event, actor=machine("keys.reseal"), reason="密钥轮换后换新密钥保存")
    return done


def count() -> None:
    """Count the values of each key. Reads every table with encrypted columns once."""
    resealing.count()


@transaction.atomic
def record_new_keys() -> int:
    """Announce keys that the platform created automatically, such as after a migration; return their number."""
    count = 0
    for rows in crypto.keys_by_level().values():
        for key in ledger.without_entries(rows):
            announce(_made(key), actor=machine("crypto"), at=key.made_at)
            count += 1
    signing = {_subject_of(name): (name, made_at) for name, made_at in crypto.signing_keys()}
    known = ledger.with_entries(signing)
    for subject, (name, made_at) in signing.items():
        if subject not in known:
            announce(events.SigningKeyMade(subject=subject, key=name), actor=machine("crypto"), at=made_at)
            count += 1
    return count


def _subject_of(name: str) -> UUID:
    """Return the subject of a signing key's entry, an id derived from the key's name."""
    return UUID(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest())


def _made(key: Key) -> events.KeyMade:
    facts = crypto.facts_of(key)
    return events.KeyMade(
        subject=key.id, level=facts.level, purpose=facts.purpose, owner=facts.owner, algorithm=facts.algorithm
    )


def _data_key(key_id: UUID) -> DataKey:
    key = making.find(key_id)
    if not isinstance(key, DataKey):
        raise NotFound("没有找到这把数据密钥，请从密钥清单里复制编号。")
    return key


def _wait_for_writers(key: DataKey | DepartmentKey) -> None:
    """Raise Conflict while other processes may still seal with the key, because they have it cached."""
    safe = timedelta(seconds=2 * settings.KEY_CACHE_SECONDS)
    if key.retired_at is not None and clock.now() - key.retired_at < safe:
        raise Conflict(f"这把密钥刚停用，别的进程可能还在用它。请在停用 {safe.seconds} 秒后再销毁。")


def _used(key: DataKey | DepartmentKey, shred: bool) -> list[str]:
    if isinstance(key, DepartmentKey):
        if crypto.wrapped_for(key):
            raise Conflict("还有数据密钥由这把部门密钥包装，请先轮换部门密钥。")
        return []
    used = list(resealing.tables_under(key))
    if used and not shred:
        raise Conflict(
            f"这些表里还有用它加密的内容：{'、'.join(used)}。请先运行 keys reseal 换新密钥；"
            "确要让这些内容永远不能读，请写明 --shred。"
        )
    if key.purpose in _UNCOUNTED and not shred:
        raise Conflict("这把密钥可能还加密了数据库以外的文件，平台数不到。确认不再需要后，请写明 --shred。")
    return used
