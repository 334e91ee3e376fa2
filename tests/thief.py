"""A thief with a stolen dump: every column of every table, every file, the source code; no key.

The thief wants the number of a person they know well: name, birthday, sex, district, and the texts of that
person's licences except the number. They have scanned the licences' codes and saved the public pages. Five hundred
numbers remain, so any value in the dump that confirms a guess (an oracle) reveals the right one. The thief has ten
minutes of one core, and each guess costs work. Cheap oracles are tried with every candidate; expensive ones with the
right number and a few decoys, and charged for all candidates.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from tongban.exchange.licences import document
from tongban.foundation.codes import resident_number_check
from tongban.trust.crypto import primitives

NUMBER = "<number>"
"""Stands in what the thief knows where the number belongs."""
TEN_MINUTES = 600_000_000
"""Microseconds: roughly what a digest costs."""
DIGEST, SIGNATURE, PAGE = 1, 400, 19_000
"""What one guess costs by a digest, a signature, a rendered page."""
ALGORITHMS = ("sm3", "sha256", "sha1", "md5", "sha512")
PURPOSES = ("number", "licence-number", "resident-number", "identity", "subject", "person", "holder")
JOINTS = ("", "|", ":", "\x00", "-", " ")
TREE = {"ledger_leaf", "ledger_node", "ledger_head", "ledger_cosignature"}
"""Their rows hold digests of what other tables say; those tables' rows are tried."""
CITY_TIME = timezone(timedelta(hours=8))
HEX = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}){16,64}(?![0-9a-fA-F])")


class OutOfTime(Exception):
    """The ten minutes are used up."""


@dataclass
class Loot:
    """The stolen dump."""

    tables: dict[str, list[dict[str, Any]]]
    files: dict[str, bytes]

    def row(self, table: str, key: Any) -> dict[str, Any]:
        return next(row for row in self.tables[table] if row["id"] == key)

    def marks(self) -> dict[bytes, str]:
        """Return everything that may be a digest, with its place."""
        found = {}
        for table, rows in self.tables.items():
            for row in rows:
                found |= dict.fromkeys(_marks_in(row), table)
        for path, content in self.files.items():
            found |= dict.fromkeys(_marks_in({"name": path}), "names of files")
            found |= {digest(name, content): "files" for name in ALGORITHMS}
        return found


@dataclass
class KnownLicence:
    """What the thief saw of a licence: the person's copy with the number covered, and the public page."""

    id: UUID
    holder_name: str
    holder_number: str
    number: str
    surface: dict[str, str]
    seen: dict[str, str] = field(default_factory=dict)
    """From the public page: verify code and identifier."""


@dataclass
class KnownPerson:
    """What the thief knows about a person."""

    born: date
    sex: str
    district: str
    name: str
    licences: list[KnownLicence]
    true: str
    """The right number. Only the referee uses it, to choose the candidates for an expensive oracle."""

    def candidates(self) -> list[str]:
        first = 1 if self.sex == "male" else 2
        bodies = (f"{self.district}{self.born:%Y%m%d}{n:03}" for n in range(first, 1000, 2))
        return [body + resident_number_check(body) for body in bodies]

    def worth_trying(self, decoys: int) -> list[str]:
        return [*self.candidates()[:decoys], self.true]


def digest(name: str, content: bytes) -> bytes:
    return hashlib.new(name, content).digest()


def steal() -> Loot:
    tables = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column.name for column in cursor.description]
            tables[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    folder = Path(settings.FILE_FOLDER)
    return Loot(tables, {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()})


class Thief:
    """Searches for one person's number; `found` names the oracles that reveal it."""

    def __init__(self, loot: Loot, known: KnownPerson) -> None:
        self.loot, self.known, self.spent = loot, known, 0
        self.marks = loot.marks()

    def found(self) -> list[str]:
        """Return each oracle that reveals the number, once."""
        return sorted({f"{place}: {how}" for how, place in self._tries()})

    def _spend(self, guesses: int, price: int) -> None:
        self.spent += guesses * price
        if self.spent > TEN_MINUTES:
            raise OutOfTime

    def _tries(self) -> Iterator[tuple[str, str]]:
        yield from self._by_series()
        yield from self._by_digests()
        yield from self._by_digests_of_rows()
        for licence in self.known.licences:
            yield from self._by_record(licence)
            yield from self._by_page(licence)

    def _right(self, candidate: str) -> bool:
        return candidate == self.known.true

    def _by_series(self) -> Iterator[tuple[str, str]]:
        """Find number series of the person's day, place and sex that have issued one number: it is this one."""
        known = self.known
        for row in self.loot.tables.get("libraries_number_series", []):
            key = str(row["key"])
            if known.district in key and f"{known.born:%Y%m%d}" in key and row["last"] == 1:
                yield "a series that gave out one number", "libraries_number_series"

    def _by_digests(self) -> Iterator[tuple[str, str]]:
        """Try digests of the number alone, with its purpose and with the name, for every candidate."""
        words = (*PURPOSES, self.known.name)
        for candidate in self.known.candidates():
            for text in _texts(candidate, words):
                yield from self._compared(candidate, text.encode(), "a bare digest")

    def _by_digests_of_rows(self) -> Iterator[tuple[str, str]]:
        """Try digests with each clear value of the same row as a salt: such a salt protects nothing."""
        worth = self.known.worth_trying(3)
        for table, rows in self.loot.tables.items():
            for row in rows if table not in TREE else ():
                if not any(_marks_in(row)):
                    continue
                salts = {text for value in row.values() if (text := _text_of(value))}
                self._spend(len(self.known.candidates()) * len(salts) * len(JOINTS) * 2, DIGEST // 5)
                for candidate in worth:
                    for text in _texts(candidate, salts):
                        yield from self._compared(candidate, text.encode(), "a digest with its salt beside it")
                    for salt in salts:
                        keyed = hmac.new(salt.encode(), candidate.encode(), "sm3").digest()
                        if keyed in self.marks and self._right(candidate):
                            yield "a keyed digest with its key beside it", self.marks[keyed]

    def _compared(self, candidate: str, content: bytes, how: str) -> Iterator[tuple[str, str]]:
        for name in ALGORITHMS:
            place = self.marks.get(digest(name, content))
            if place and self._right(candidate):
                yield f"{how} ({name})", place

    def _by_record(self, licence: KnownLicence) -> Iterator[tuple[str, str]]:
        """Build the signed record for each candidate, compare its digest and verify its signature."""
        row = self.loot.row("licences_licence", licence.id)
        public = self._public_key(row["key_id"])
        signature = _bytes(row["signature"])
        candidates = self.known.candidates()
        self._spend(len(candidates), 2 * DIGEST + SIGNATURE)
        for candidate in candidates:
            record = self._record(row, licence, candidate)
            yield from self._compared(candidate, record, "the digest of a licence's record")
            if public and self._right(candidate) and _signed(public, record, signature):
                yield "the signature of a licence's record", "licences_licence"

    def _by_page(self, licence: KnownLicence) -> Iterator[tuple[str, str]]:
        """Render the document for each candidate, compare its digest and verify its signature."""
        rows = self.loot.tables["licences_rendereddocument"]
        row = next((row for row in rows if row["licence_id"] == licence.id), None)
        if row is None:
            return
        public = self._public_key(row["key_id"])
        self._spend(len(self.known.candidates()), PAGE)
        for candidate in self.known.worth_trying(1):
            content = document.render(self._page(licence, candidate))  # type: ignore[arg-type]
            yield from self._compared(candidate, content, "the digest of a document")
            if public and _signed(public, content, _bytes(row["signature"])) and self._right(candidate):
                yield "the signature of a document", "licences_rendereddocument"

    def _public_key(self, key_id: str) -> bytes | None:
        keys = {row["key_id"]: _bytes(row["public"]) for row in self.loot.tables["crypto_signing_key"]}
        return keys.get(key_id)

    def _of_row(self, row: Mapping[str, Any], licence: KnownLicence, name: str) -> str:
        """Return a clear column, or what the public page showed."""
        value = row.get(name)
        return value if isinstance(value, str) and value else licence.seen.get(name, "")

    def _record(self, row: Mapping[str, Any], licence: KnownLicence, candidate: str) -> bytes:
        """Return the signed record, built as the source code does from clear columns and known values."""
        kind = self.loot.row("licences_licencetype", row["type_id"])
        issuer = self.loot.row("organisation_department", row["issuer_id"])
        rows = [[label, value.replace(NUMBER, candidate)] for label, value in licence.surface.items()]
        salt = self._of_row(row, licence, "salt")
        return canonical(
            ({"salt": salt} if salt else {})
            | {
                "identifier": self._of_row(row, licence, "identifier"),
                "type": {"code": kind["code"], "key": kind["key"], "name": kind["name"]},
                "issuer": {"code": issuer["uscc"], "name": issuer["name"]},
                "holder": {
                    "id": str(row["holder_id"]),
                    "name": licence.holder_name,
                    "number": licence.holder_number.replace(NUMBER, candidate),
                },
                "number": licence.number.replace(NUMBER, candidate),
                "version": row["version"],
                "issued_at": row["issued_at"].astimezone(CITY_TIME).isoformat(timespec="microseconds"),
                "valid_from": row["valid_from"].isoformat(),
                "valid_until": row["valid_until"].isoformat() if row["valid_until"] else "",
                "surface_digest": digest("sm3", canonical({"rows": rows})).hex(),
                "case_number": row["case_number"],
                "item_code": row["item_code"],
                "automatic": row["automatic"],
                "verify_code": self._of_row(row, licence, "verify_code"),
                "key_id": row["key_id"],
            }
        )

    def _page(self, licence: KnownLicence, candidate: str) -> Any:
        row = dict(self.loot.row("licences_licence", licence.id))
        kind = self.loot.row("licences_licencetype", row["type_id"])
        issuer = self.loot.row("organisation_department", row["issuer_id"])
        row |= {
            "type": _Named(kind),
            "issuer": _Named(issuer),
            "holder_name": licence.holder_name,
            "number": licence.number.replace(NUMBER, candidate),
            "surface": {label: value.replace(NUMBER, candidate) for label, value in licence.surface.items()},
            **{name: self._of_row(row, licence, name) for name in ("identifier", "verify_code", "salt")},
        }
        return _Named(row)


class _Named:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def name_at(self, moment: datetime) -> str:
        """Return the issuer's name: no department of this city was renamed."""
        return str(self.__dict__["name"])

    def names_at(self, moment: datetime) -> list[str]:
        """Return the issuer's only name."""
        return [self.name_at(moment)]


def canonical(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _signed(public: bytes, content: bytes, signature: bytes) -> bool:
    """Return whether the signature matches the content; needs only the public key."""
    return primitives.provider().verify_digest(public, primitives.sm2_digest(public, content), signature)


def _texts(candidate: str, words: Any) -> Iterator[str]:
    yield candidate
    for word in words:
        for joint in JOINTS:
            yield candidate + joint + word
            yield word + joint + candidate


def _text_of(value: Any) -> str:
    """Return a clear value as text that may be joined to a number, or "" if it cannot be a salt."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID | int):
        return str(value)
    return value if isinstance(value, str) and len(value) <= 130 else ""


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _marks_in(row: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the values in a row that may be digests, as bytes, also those inside texts."""
    for value in row.values():
        if 16 <= len(_bytes(value)) <= 64:
            yield _bytes(value)
        elif value is not None and not isinstance(value, bytes | memoryview | bool | int):
            yield from (bytes.fromhex(text) for text in HEX.findall(str(value)))
