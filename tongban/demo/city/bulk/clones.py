"""Fill a pattern's holes for another person and moment."""

import struct
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from django.db import models

from tongban.demo.city.bulk.copying import EPOCH, MICROSECOND, TIME, UUID_SIZE, cell
from tongban.demo.city.bulk.crowd import Resident
from tongban.demo.city.bulk.holes import Days, Hole, IssuedLicence, Moment, Pattern, Row, Written
from tongban.exchange.licences import finding
from tongban.exchange.licences.models import new_salt, new_verify_code
from tongban.exchange.licences.rules import make_identifier
from tongban.exchange.licences.seals import iso
from tongban.foundation import clock
from tongban.foundation.workdays.rules import Calendar
from tongban.handling.cases.rules.numbers import case_number
from tongban.trust.crypto import services as crypto

Rows = dict[type[models.Model], list[bytes]]
JITTER = 40 * 60 * 1_000_000
"""Microseconds by which all that happens on a later day is moved, so that not everything happens on the hour."""
SERIAL = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DAY = struct.Struct(">ii")


class Numbers:
    """Serial numbers of each day and department, from where the series stands."""

    def __init__(self, last: dict[tuple[date, str], int]) -> None:
        self.last = last

    def next(self, day: date, division: str, department: str) -> str:
        serial = self.last[day, department] = self.last.get((day, department), 0) + 1
        return case_number(day, division, department, serial)


class Ids:
    """Identifiers (UUIDv7, 16 bytes) of one application: in the order in which they are asked for, at its moment."""

    def __init__(self, at: datetime, chance: Random) -> None:
        self.head = int(at.timestamp() * 1000) << 80 | 7 << 76
        self.chance, self.count = chance, chance.randrange(1024)

    def next(self) -> bytes:
        self.count += 1
        return (self.head | self.count << 64 | 2 << 62 | self.chance.getrandbits(62)).to_bytes(16, "big")


class Cloner:
    """Clones patterns into rows, for one process."""

    def __init__(self, calendar: Calendar, numbers: Numbers, chance: Random) -> None:
        self.calendar, self.numbers, self.chance = calendar, numbers, chance
        self.fillings: list[Filling] = []

    def clone(self, pattern: Pattern, who: Resident, at: datetime) -> None:
        """Add one application."""
        self.fillings.append(Filling(self, pattern, who, at))

    def rows(self) -> Rows:
        """Seal what the applications issued, and give the rows of all that were added since the last time."""
        fillings, self.fillings = self.fillings, []
        _sign(fillings)
        rows: Rows = defaultdict(list)
        for filling in fillings:
            for row in filling.pattern.rows:
                rows[row.model].append(filling.filled(row))
        return rows


class Filling:
    """What goes into the holes of one application: whole columns as cells, and the same as texts."""

    def __init__(self, cloner: Cloner, pattern: Pattern, who: Resident, at: datetime) -> None:
        self.cloner, self.pattern, self.who = cloner, pattern, who
        self.at, self.day = (at - EPOCH) // MICROSECOND, clock.legal_day(at)
        self.ids, self.jitter = Ids(at, cloner.chance), cloner.chance.randrange(JITTER)
        self.texts: list[bytes] = []
        self.cells: list[bytes] = []
        for kind, detail in pattern.holes:
            content, as_cell = self._value(kind, detail)
            self.texts.append(content)
            self.cells.append(as_cell)
        self.records = [(plain, self._issued(plain)) for plain in pattern.licences]

    def filled(self, row: Row) -> bytes:
        """A row of the pattern with this application's values."""
        texts = self.texts
        parts: list[bytes] = []
        for part in row.parts:
            if isinstance(part, bytes):
                parts.append(part)
            elif isinstance(part, Hole):
                parts.append(self.cells[part.cell])
            elif isinstance(part, Written):
                parts.append(cell(part.head + part.text.filled(texts)))
            else:
                bound_to = part.place + texts[row.key]
                parts.append(cell(crypto.encrypt(part.text.filled(texts), bound_to=bound_to, purpose=part.purpose)))
        return b"".join(parts)

    def put(self, hole: int, content: bytes, text: bytes | None = None) -> None:
        """A value that is known only now."""
        self.texts[hole], self.cells[hole] = content if text is None else text, cell(content)

    def _value(self, kind: str, detail: Any) -> tuple[bytes, bytes]:
        """(text, cell); what nobody asks for is left empty."""
        if kind == "id":
            content = self.ids.next()
            return uuid_text(content), UUID_SIZE + content
        if kind == "time":
            return b"", TIME.pack(8, self._moment(detail))
        if kind == "day":
            return b"", _day_cell(self._day(detail))
        if kind == "person":
            return self.who.texts[detail], self.who.cells[detail]
        if kind == "held":
            return str(self.who.held.get(detail, "")).encode(), b""
        if kind == "number":
            content = self.cloner.numbers.next(self.day, self.who.division_code, detail).encode()
            return content, cell(content)
        if kind == "time in ISO":
            return iso(EPOCH + timedelta(microseconds=self._moment(detail))).encode(), b""
        if kind == "day in ISO":
            return self._day(detail).isoformat().encode(), b""
        return b"", b""  # of a licence, known once it is issued

    def _day(self, days: Days | Moment) -> date:
        return self.cloner.calendar.nth_workday(self.day, days.workdays) if days.workdays else self.day

    def _moment(self, moment: Moment) -> int:
        if moment.workdays == 0:
            return self.at + moment.microseconds
        return _midnight(self._day(moment)) + moment.microseconds + self.jitter

    def _issued(self, plain: IssuedLicence) -> bytes:
        """Fill in what is the licence's own; returns the record that is to be signed."""
        holes, texts = plain.holes, self.texts
        number = f"{plain.number_head}{self.day.year}{self.cloner.chance.randrange(10**15):015}"
        serial = "".join(self.cloner.chance.choices(SERIAL, k=20))
        identifier = make_identifier(type_code=plain.type_code, issuer_code=plain.issuer_code, serial=serial, version=1)
        self.put(holes["number"], number.encode())
        self.put(holes["number_index"], crypto.blind_index(number, purpose=finding.NUMBER).encode())
        self.put(holes["serial"], serial.encode())
        self.put(holes["identifier"], identifier.encode())
        self.put(holes["identifier_index"], finding.index_of_identifier(identifier).encode())
        code = new_verify_code()
        self.put(holes["verify_code"], code.encode())
        self.put(holes["verify_code_index"], finding.index_of_code(code).encode())
        self.put(holes["salt"], new_salt().encode())
        self.put(holes["face"], crypto.digest(plain.face.filled(texts)).hex().encode())
        record = plain.record.filled(texts)
        digest = crypto.digest(record)
        self.put(holes["digest"], digest, digest.hex().encode())
        return record


def uuid_text(content: bytes) -> bytes:
    """The text of an identifier; a third of the time of a UUID made for it."""
    digits = content.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}".encode()


def _sign(fillings: "list[Filling]") -> None:
    """Sign the records of all licences, those of one seal together."""
    of_key: dict[str, list[tuple[Filling, int, bytes]]] = defaultdict(list)
    for filling in fillings:
        for plain, record in filling.records:
            of_key[plain.key_id].append((filling, plain.holes["signature"], record))
    for key_id, waiting in of_key.items():
        signatures = crypto.sign_many(key_id, [record for _, _, record in waiting])
        for (filling, hole, _), signature in zip(waiting, signatures, strict=True):
            filling.put(hole, signature)


@cache
def _midnight(day: date) -> int:
    """Microseconds from EPOCH to the beginning of a legal day."""
    return (datetime.combine(day, time(), clock.CITY_TIME) - EPOCH) // MICROSECOND


@cache
def _day_cell(day: date) -> bytes:
    return DAY.pack(4, (day - EPOCH.date()).days)
