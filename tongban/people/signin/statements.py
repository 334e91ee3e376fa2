"""The receipt of a document reader: a signed statement that its bridge hands to the page. No Django.

A receipt is `<statement>.<signature>`, both base64url without padding. The statement is JSON in UTF-8:

    {"v": 1, "reader": "<id>", "nonce": "<of the check>", "number": "<18 characters>", "name": "…",
     "at": "2026-11-30T01:02:03+00:00"}

signed by the bridge with SM2 over SM3 (default signer identity), ASN.1 DER. `number` and `name` are what the chip
holds, after the device has compared the face of whoever is present with the picture in it.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from tongban.foundation import texts
from tongban.foundation.names import same_name
from tongban.trust.crypto import primitives
from tongban.trust.ledger import keys

VERSION = 1
MAX_LENGTH = 4000
AHEAD = timedelta(seconds=60)
"""How far a bridge's clock may be ahead of ours."""


class BadReceipt(ValueError):
    """The receipt is not valid. The text says why, for the log."""


@dataclass(frozen=True)
class Statement:
    reader: str
    nonce: str
    number: str
    name: str
    at: datetime
    raw: bytes
    signature: bytes


def make(pair: keys.KeyPair, *, reader: str, nonce: str, number: str, name: str, at: datetime) -> str:
    """Return the receipt that the bridge with this key pair issues for the document on its reader."""
    said = {"v": VERSION, "reader": reader, "nonce": nonce, "number": number, "name": name, "at": at.isoformat()}
    raw = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(raw)}.{_text(pair.sign(raw))}"


def read(receipt: str) -> Statement:
    """Return the statement of a receipt without checking its signature. Raises BadReceipt if it cannot be read."""
    body, dot, signature = "".join(receipt.split()).partition(".")
    if not dot or len(receipt) > MAX_LENGTH:
        raise BadReceipt("not a receipt")
    try:
        raw, signed = _bytes(body), _bytes(signature)
        said = texts.read_json(raw)
        at = datetime.fromisoformat(str(said["at"]))
        reader, nonce, number, name = (str(said[key]) for key in ("reader", "nonce", "number", "name"))
    except (ValueError, KeyError, TypeError, binascii.Error) as wrong:
        raise BadReceipt("unreadable") from wrong
    if said.get("v") != VERSION or at.tzinfo is None:
        raise BadReceipt("another version, or a time without its zone")
    return Statement(reader, nonce, number, name, at, raw, signed)


def check(
    statement: Statement, *, public_key: bytes, nonce: str, number: str, name: str, now: datetime, lives: timedelta
) -> None:
    """Raise BadReceipt unless the reader signed within `lives`, for this check, that it read the person's document."""
    if not primitives.is_public_key(public_key) or not primitives.is_signature(statement.signature):
        raise BadReceipt("no signature")
    if not keys.verify(public_key, statement.raw, statement.signature):
        raise BadReceipt("signature")
    if statement.nonce != nonce:
        raise BadReceipt("of another check")
    if not now - lives <= statement.at <= now + AHEAD:
        raise BadReceipt("too old")
    if statement.number != number or not same_name(statement.name, name):
        raise BadReceipt("of another person")


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
