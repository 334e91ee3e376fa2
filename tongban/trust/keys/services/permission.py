"""What all changes of keys share: the permission check, and the event of a rotation."""

from tongban.foundation.announcements.actors import is_machine
from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid, NotAllowed
from tongban.trust.crypto import queries as crypto
from tongban.trust.crypto.queries import Key
from tongban.trust.keys import events
from tongban.trust.keys.ports import keeps_keys

MAX_REASON_LENGTH = 200


def check(actor: EventActor, reason: str) -> None:
    """Check that the actor may change keys, and that the reason is valid.

    Security administrators and machine actors (the queue and the console) may. Raises NotAllowed or Invalid.
    """
    if not is_machine(actor) and not keeps_keys.get()(actor):
        raise NotAllowed("密钥由安全管理员管理，您没有这个岗位。")
    if not 1 <= len(reason.strip()) <= MAX_REASON_LENGTH:
        raise Invalid(f"请写明理由，不超过 {MAX_REASON_LENGTH} 个字；理由会写入存证。", field="reason")


def announce_rotation(new: Key, old: Key | None, rewrapped: int, reason: str, actor: EventActor) -> None:
    """Announce that one key replaced another."""
    facts = crypto.facts_of(new)
    event = events.KeyRotated(
        subject=new.id,
        level=facts.level,
        purpose=facts.purpose,
        before=str(old.id) if old is not None and old.id != new.id else "",
        rewrapped=rewrapped,
    )
    announce(event, actor=actor, reason=reason)
    if old is not None and old.id != new.id and facts.level != "index":  # an index key retires later, see `indexing`
        ended = events.KeyRetired(subject=old.id, level=facts.level, purpose=facts.purpose)
        announce(ended, actor=actor, reason=reason)
