"""Identifiers, states and signed records of electronic licences (GB/T 36904-2018). Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.foundation.codes import mod_37_36

ROOT_OID = "1.2.156.3005.2"
"""The arc of GB/T 36904-2018 for electronic licences."""
GUESSED = "verify"
"""The counter of failed look-ups of codes and identifiers, shared by all pages and the interface."""
_SERIAL = re.compile(r"[0-9A-Z]{1,32}")
_FORM = re.compile(
    re.escape(ROOT_OID) + r"\.([0-9A-Z]{1,21})\.([0-9A-Z]{1,18})\.([0-9A-Z]{1,32})\.([0-9]{3})\.([0-9A-Z])"
)


class Status(StrEnum):
    """The states of a licence, as 住房和城乡建设部 numbers them for electronic licences. Stored in the database."""

    VALID = "valid"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    MOVED_OUT = "moved-out"
    REVOKED = "revoked"
    OTHER = "other"


STATUS_LABELS = dict(zip(Status, ("有效", "暂扣", "撤销", "注销", "失效", "办理转出", "吊销", "其他"), strict=True))
ALLOWED_CHANGES: Mapping[Status, frozenset[Status]] = {
    Status.VALID: frozenset(Status) - {Status.VALID},
    Status.SUSPENDED: frozenset(Status) - {Status.SUSPENDED},
}
"""State -> the states that may follow. A suspended licence may become valid again; the other states are final."""


@dataclass(frozen=True)
class Identifier:
    """The parts of a licence identifier (电子证照标识)."""

    type_code: str
    issuer_code: str
    serial: str
    version: str

    @property
    def check(self) -> str:
        """The check character: ISO 7064 MOD 37,36 over type, issuer, serial and version, without root and dots."""
        return mod_37_36(self.type_code + self.issuer_code + self.serial + self.version)

    def __str__(self) -> str:
        return ".".join((ROOT_OID, self.type_code, self.issuer_code, self.serial, self.version, self.check))


def make_identifier(*, type_code: str, issuer_code: str, serial: str, version: int) -> str:
    """Return the identifier of one version of a licence. Raises ValueError for parts of a wrong form."""
    if len(type_code) != 21 or len(issuer_code) != 18 or not _SERIAL.fullmatch(serial) or not 1 <= version <= 999:
        raise ValueError("A licence identifier needs a 21-character type, an 18-character issuer and a plain serial.")
    return str(Identifier(type_code, issuer_code, serial, f"{version:03}"))


def is_identifier(text: str) -> bool:
    """Return whether format and check character of an identifier are right."""
    found = _FORM.fullmatch(text)
    if found is None:
        return False
    type_code, issuer_code, serial, version, check = found.groups()
    return Identifier(type_code, issuer_code, serial, version).check == check


def status_at(status: str, valid_until: date | None, day: date) -> Status:
    """Return the state on a day: a valid licence lapses after its last day."""
    if status == Status.VALID and valid_until is not None and day > valid_until:
        return Status.LAPSED
    return Status(status)


def can_change(status: str, to: str) -> bool:
    """Return whether a state may follow another."""
    return Status(to) in ALLOWED_CHANGES.get(Status(status), frozenset())


def canonical(record: Mapping[str, object]) -> bytes:
    """Return the bytes to sign: JSON in UTF-8 with sorted keys, without spaces and without escapes for Chinese."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def surface_rows(surface: Mapping[str, str]) -> list[list[str]]:
    """Return the face as pairs, so that the signature also covers the order of the rows."""
    return [[str(label), str(value)] for label, value in surface.items()]
