"""The public leaf (公开叶): the part of an entry that everybody may see. Pure.

A leaf is canonical JSON (sorted keys, no spaces, UTF-8). Id, type, version and moment are in clear. Subject, actor,
principal, reason and payload are each replaced by HMAC-SM3, keyed with the entry's salt, over the field's name, a zero
byte and its text. Nobody can guess them from a small set of persons, but anyone who is shown the texts and the salt can
check them. A machine actor is in clear, since it names a rule and not a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from json.encoder import encode_basestring

from tongban.foundation.announcements.actors import is_machine_name
from tongban.foundation.texts import is_storable
from tongban.trust.crypto.primitives import hmac_sm3

FORMAT_VERSION = 1
"""The version of the leaf's format, stored as `v`."""


@dataclass(frozen=True, slots=True)
class Content:
    """The texts of an entry that are salted in its leaf."""

    subject: str
    actor: str
    principal: str
    """Empty when there is none."""
    reason: str | None
    """None when the stored value could not be decrypted."""
    payload: str
    """JSON text in the form that PostgreSQL returns."""


def public_leaf(*, id: str, type: str, version: int, at: str, content: Content, salt: bytes) -> str:
    """Return the JSON of a leaf.

    `at` is UTC with microseconds (see `statements.moment`). Raises ValueError for an actor or type that cannot be
    encoded.
    """
    actor = content.actor
    if not (is_storable(actor) and is_storable(type)):
        raise ValueError("a text of this entry cannot be encoded, so no leaf is made of it")
    shown = encode_basestring(actor) if is_machine_name(actor) else f'"{salted("actor", actor, salt)}"'
    reason = "null" if content.reason is None else f'"{salted("reason", content.reason, salt)}"'
    return (
        f'{{"actor":{shown},"at":"{at}","id":"{id}","payload":"{salted("payload", content.payload, salt)}",'
        f'"principal":"{salted("principal", content.principal, salt)}","reason":{reason},'
        f'"subject":"{salted("subject", content.subject, salt)}","type":{encode_basestring(type)},'
        f'"v":{FORMAT_VERSION},"version":{version}}}'
    )


def salted(name: str, text: str, salt: bytes) -> str:
    """Return the salted digest of one field as 64 hexadecimal characters."""
    return hmac_sm3(salt, f"{name}\x00{text}".encode()).hex()


def fits(leaf: Mapping[str, object], name: str, text: str, salt: bytes) -> bool:
    """Return whether a disclosed text is the one that the parsed leaf commits to."""
    held = str(leaf.get(name))
    if name == "actor" and is_machine_name(held):
        return held == text
    return compare_digest(held, salted(name, text, salt))
