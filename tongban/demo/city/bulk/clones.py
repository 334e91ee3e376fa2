"""Fill the holes of a pattern for another person and time."""

import struct
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from django.db import models

from tongban.demo.city.bulk.copying import EPOCH, MICROSECOND, TIME, UUID_SIZE, cell
from tongban.demo.city.bulk.crowd import Resident
from tongban.demo.city.bulk.holes import Days, Detail, Hole, IssuedLicence, Moment, Pattern, Row, Written
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
"""The maximum delay in microseconds of events on later days, so that not everything happens on the hour."""
SERIAL = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DAY = struct.Struct(">ii")


class Numbers:
    """Serial numbers per day and department; `last` holds the last number of each series."""

    def __init__(self, last: dict[tuple[date, str], int]) -> None:
        self.last = last

    def next(self, day: date, division: str, department: str) -> str:
        """Return the next case number of a day and department."""
        serial = self.last[day, department] = self.last.get((day, department), 0) + 1
        return case_number(day, division, department, serial)


class Ids:
    """Generates the ids (UUIDv7, 16 bytes) of one application, in ascending order and with the application's time."""

    def __init__(self, at: datetime, chance: Random) -> None:
        self.head = int(at.timestamp() * 1000) << 80 | 7 << 76
        self.chance, self.count = chance, chance.randrange(1024)

    def next(self) -> bytes:
        """Return the next id."""
        self.count += 1
        return (self.head | self.count << 64 | 2 << 62 | self.chance.getrandbits(62)).to_bytes(16, "big")


class Cloner:
    """Clones patterns into rows, within one process."""

    def __init__(self, calendar: Calendar, numbers: Numbers, chance: Random) -> None:
        self.calendar, self.numbers, self.chance = calendar, numbers, chance
        self.fillings: list[Filling] = []

    def clone(self, pattern: Pattern, who: Resident, at: datetime) -> None:
        """Add one application."""
        self.fillings.append(Filling(self, pattern, who, at))

    def rows(self) -> Rows:
        """Sign the issued licences and return the rows of all applications added since the last call."""
        fillings, self.fillings = self.fillings, []
        _sign(fillings)
        rows: Rows = defaultdict(list)
        for filling in fillings:
            for row in filling.pattern.rows:
                rows[row.model].append(filling.filled(row))
        return rows


class Filling:
    """The values for the holes of one application, as texts and as cells of whole columns."""

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
        """Return a row of the pattern, filled with this application's values."""
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
        """Set a value that was not known at the beginning."""
        self.texts[hole], self.cells[hole] = content if text is None else text, cell(content)

    def _value(self, kind: str, detail: Detail) -> tuple[bytes, bytes]:
        """Return (text, cell) of a hole; a form that no pattern needs is left empty."""
        if kind == "id":
            content = self.ids.next()
            return uuid_text(content), UUID_SIZE + content
        if isinstance(detail, Moment):
            at = self._moment(detail)
            if kind == "time":
                return b"", TIME.pack(8, at)
            return iso(EPOCH + timedelta(microseconds=at)).encode(), b""
        if isinstance(detail, Days):
            day = self._day(detail)
            return (b"", _day_cell(day)) if kind == "day" else (day.isoformat().encode(), b"")
        if kind == "person":
            return self.who.texts[detail], self.who.cells[detail]
        if kind == "held":
            return str(self.who.held.get(detail, "")).encode(), b""
        if kind == "number":
            content = self.cloner.numbers.next(self.day, self.who.division_code, detail).encode()
            return content, cell(content)
        return b"", b""  # a value of a licence, which is known once the licence is issued

    def _day(self, days: Days | Moment) -> date:
        return self.cloner.calendar.nth_workday(self.day, days.workdays) if days.workdays else self.day

    def _moment(self, moment: Moment) -> int:
        if moment.workdays == 0:
            return self.at + moment.microseconds
        return _midnight(self._day(moment)) + moment.microseconds + self.jitter

    def _issued(self, plain: IssuedLicence) -> bytes:
        """Fill in the licence's own values and return the record to sign."""
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
    """Return the text form of an id, in a third of the time that a UUID object would take."""
    digits = content.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}".encode()


def _sign(fillings: "list[Filling]") -> None:
    """Sign the records of all licences, in one batch per seal."""
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
    """Return the microseconds from EPOCH to the start of a legal day."""
    return (datetime.combine(day, time(), clock.CITY_TIME) - EPOCH) // MICROSECOND


@cache
def _day_cell(day: date) -> bytes:
    return DAY.pack(4, (day - EPOCH.date()).days)
