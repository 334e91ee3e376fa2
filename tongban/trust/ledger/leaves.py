"""The public leaf (公开叶): what everybody may see of an entry. Pure.

Canonical JSON (keys sorted, no spaces, UTF-8) with id, type, version and moment in clear. Subject, actor, principal,
reason and payload are each HMAC-SM3 under the entry's salt over the field's name, a zero byte and its text, so that
nobody guesses them from a small set of persons, while he who is shown the texts and the salt can check them. The actor
of the machine stands in clear: it is a rule, not a person.
"""

from dataclasses import dataclass
from hmac import compare_digest
from json.encoder import encode_basestring
from typing import Any

from tongban.foundation.texts import is_storable
from tongban.trust.crypto.primitives import hmac_sm3

FORM = 1
"""The version of this form, `v` in the leaf."""
MACHINE = "machine:"


@dataclass(frozen=True, slots=True)
class Content:
    """The texts of an entry that are salted. `payload` is the JSON text as the database gives it; `reason` is None
    when it could not be opened, `principal` is empty when there is none."""

    subject: str
    actor: str
    principal: str
    reason: str | None
    payload: str


def public_leaf(*, id: str, type: str, version: int, at: str, content: Content, salt: bytes) -> str:
    """The leaf's JSON. `at` is UTC with microseconds, e.g. `2026-11-25T01:02:03.000004Z`."""
    actor = content.actor
    if not (is_storable(actor) and is_storable(type)):
        raise ValueError("a text of this entry cannot be encoded, so no leaf is made of it")
    shown = encode_basestring(actor) if actor.startswith(MACHINE) else f'"{salted("actor", actor, salt)}"'
    reason = "null" if content.reason is None else f'"{salted("reason", content.reason, salt)}"'
    return (
        f'{{"actor":{shown},"at":"{at}","id":"{id}","payload":"{salted("payload", content.payload, salt)}",'
        f'"principal":"{salted("principal", content.principal, salt)}","reason":{reason},'
        f'"subject":"{salted("subject", content.subject, salt)}","type":{encode_basestring(type)},'
        f'"v":{FORM},"version":{version}}}'
    )


def salted(name: str, text: str, salt: bytes) -> str:
    """The salted digest of one field, 64 hexadecimal characters."""
    return hmac_sm3(salt, f"{name}\x00{text}".encode()).hex()


def fits(leaf: dict[str, Any], name: str, text: str, salt: bytes) -> bool:
    """Whether a disclosed text is the one that the leaf (parsed) commits to."""
    held = str(leaf.get(name))
    if name == "actor" and held.startswith(MACHINE):
        return held == text
    return compare_digest(held, salted(name, text, salt))
