"""Fill a pattern's holes for another person and moment."""

import copy
import json
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import models
from psycopg.types.json import Jsonb

from tongban.exchange.licences.models import Licence, new_verify_code
from tongban.exchange.licences.rules import make_identifier
from tongban.exchange.licences.seals import record_bytes
from tongban.foundation import clock
from tongban.foundation.crypto import services as crypto
from tongban.foundation.workdays.rules import Calendar
from tongban.handling.cases.rules.numbers import case_number
from tongban.site.city.bulk.copying import row_of
from tongban.site.city.bulk.crowd import Resident
from tongban.site.city.bulk.holes import Days, Hole, IssuedLicence, Json, Moment, Pattern, Sealed, Text

Rows = dict[type[models.Model], list[tuple[Any, ...]]]
JITTER = 40 * 60
"""Seconds by which all that happens on a later day is moved, so that not everything happens on the hour."""
SERIAL = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Numbers:
    """Serial numbers of each day and department, from where the series stands."""

    def __init__(self, last: dict[tuple[date, str], int]) -> None:
        self.last = last

    def next(self, day: date, division: str, department: str) -> str:
        serial = self.last[day, department] = self.last.get((day, department), 0) + 1
        return case_number(day, division, department, serial)


class Ids:
    """Identifiers (UUIDv7) of one application: in the order in which they are asked for, at its moment."""

    def __init__(self, at: datetime, chance: Random) -> None:
        self.head = int(at.timestamp() * 1000) << 80 | 7 << 76
        self.chance, self.count = chance, chance.randrange(1024)

    def next(self) -> UUID:
        self.count += 1
        return UUID(int=self.head | self.count << 64 | 2 << 62 | self.chance.getrandbits(62))


class Cloner:
    """Clones patterns into rows, for one process."""

    def __init__(self, calendar: Calendar, numbers: Numbers, chance: Random) -> None:
        self.calendar, self.numbers, self.chance = calendar, numbers, chance
        self.rows: Rows = {}

    def clone(self, pattern: Pattern, who: Resident, at: datetime) -> None:
        """Add one application to the rows."""
        filling = Filling(self, pattern, who, at)
        values, texts = filling.values, filling.texts
        for model, key, makers in pattern.rows:
            row = list(makers)
            row_key = texts[key].encode()
            for place, maker in enumerate(makers):
                way = type(maker)
                if way is Hole:
                    row[place] = values[maker.index]
                elif way is Text:
                    row[place] = maker.filled(texts)
                elif way is Json:
                    row[place] = Jsonb(maker.text.filled(texts), dumps=str)
                elif way is Sealed:
                    plain = maker.text.filled(texts).encode()
                    row[place] = crypto.encrypt(plain, bound_to=maker.column + row_key)
            self.add(model, tuple(row))

    def add(self, model: type[models.Model], row: tuple[Any, ...]) -> None:
        self.rows.setdefault(model, []).append(row)


class Filling:
    """What goes into the holes of one application: values for columns, and the same as texts."""

    def __init__(self, cloner: Cloner, pattern: Pattern, who: Resident, at: datetime) -> None:
        self.cloner, self.who, self.at = cloner, who, at
        self.day, self.ids = clock.legal_day(at), Ids(at, cloner.chance)
        self.jitter = cloner.chance.randrange(JITTER)
        self.values = [self._value(kind, detail) for kind, detail in pattern.holes]
        self.texts = [value if type(value) is str else str(value) for value in self.values]
        for plain in pattern.licences:
            self._issue(plain)

    def _value(self, kind: str, detail: Any) -> Any:
        if kind == "id":
            return self.ids.next()
        if kind == "time":
            return self._moment(detail)
        if kind == "number":
            return self.cloner.numbers.next(self.day, self.who.division_code, detail)
        if kind == "person":
            return getattr(self.who, detail)
        if kind == "held":
            return self.who.held.get(detail, "")
        return None  # of a licence, known once it is issued

    def _moment(self, moment: Moment | Days) -> datetime | date:
        day = self.cloner.calendar.nth_workday(self.day, moment.workdays) if moment.workdays else self.day
        if isinstance(moment, Days):
            return day
        if moment.workdays == 0:
            return self.at + timedelta(seconds=moment.seconds)
        return datetime.combine(day, time(), clock.CITY_TIME) + timedelta(seconds=moment.seconds + self.jitter)

    def _issue(self, plain: IssuedLicence) -> None:
        who, chance = self.who, self.cloner.chance
        licence = copy.copy(plain.like)
        licence.id = self.ids.next()
        licence.holder_id, licence.holder_name = who.id, who.name
        licence.holder_number, licence.holder_number_index = who.number, who.number_index
        licence.issued_at, licence.valid_from = self.values[plain.issued_at], self.values[plain.valid_from]
        rule = licence.type.number_rule
        head = "Z" if rule == "holder" else rule
        licence.number = f"{head}{licence.issued_at.year}{licence.id.int % 10**15:015}"
        licence.number_index = crypto.blind_index(licence.number, purpose="licence-number")
        licence.serial = "".join(chance.choices(SERIAL, k=20))
        licence.identifier = make_identifier(
            type_code=licence.type.code, issuer_code=licence.issuer.uscc, serial=licence.serial, version=1
        )
        licence.verify_code = new_verify_code()
        licence.case_number = plain.case_number.filled(self.texts)
        for attribute in ("id", "identifier", "number", "serial", "verify_code"):
            self._known(plain, attribute, getattr(licence, attribute))
        licence.surface = json.loads(plain.surface.filled(self.texts))
        record = record_bytes(licence)
        licence.digest, licence.signature = crypto.digest(record), crypto.sign(licence.key_id, record)
        self._known(plain, "digest", licence.digest.hex())
        self.cloner.add(Licence, row_of(licence))

    def _known(self, plain: IssuedLicence, attribute: str, value: Any) -> None:
        index = plain.holes.get(attribute)
        if index is not None:
            self.values[index], self.texts[index] = value, str(value)
