"""Fill a pattern's holes for another person and moment."""

import json
import secrets
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
from tongban.site.city.bulk.copying import columns_of, row_of, sealed
from tongban.site.city.bulk.crowd import Resident
from tongban.site.city.bulk.patterns import Days, Division, Hole, Json, Moment, Pattern, Sealed, Text

Rows = dict[type[models.Model], list[tuple[Any, ...]]]
JITTER = 40 * 60
"""Seconds by which all that happens on a later day is moved, so that not everything happens on the hour."""


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
        day, ids = clock.legal_day(at), Ids(at, self.chance)
        jitter = self.chance.randrange(JITTER)
        values: list[Any] = []
        licences = [_Issued() for _ in pattern.licences]
        for kind, detail in pattern.holes:
            if kind == "id":
                values.append(ids.next())
            elif kind == "number":
                values.append(self.numbers.next(day, who.division_code, detail))
            elif kind == "person":
                values.append(getattr(who, detail))
            elif kind == "held":
                values.append(who.held.get(detail, ""))
            else:
                values.append(_Later(licences[int(detail)], kind.removeprefix("licence ")))
        for issued, plain in zip(licences, pattern.licences, strict=True):
            self._issue(issued, plain, values, who, ids, at, day, jitter)
        for model, key, makers in pattern.rows:
            row = list(makers)
            for place, maker in enumerate(makers):
                way = type(maker)
                if way is Sealed:
                    column = str(columns_of(model)[place].column)
                    row[place] = sealed(model, column, values[key], maker.text.filled(values))
                elif way is Moment:
                    row[place] = self._moment(maker, at, day, jitter)
                elif way is Hole:
                    value = values[maker.index]
                    row[place] = value.got() if type(value) is _Later else value
                elif way is Text:
                    row[place] = maker.filled(values)
                elif way is Json:
                    row[place] = Jsonb(maker.text.filled(values), dumps=str)
                elif way is Days:
                    row[place] = self._day(maker, day)
                elif way is Division:
                    row[place] = who.division_code
            self.rows.setdefault(model, []).append(tuple(row))

    def _moment(self, moment: Moment, at: datetime, day: date, jitter: int) -> datetime:
        if moment.workdays == 0:
            return at + timedelta(seconds=moment.seconds)
        later = self.calendar.nth_workday(day, moment.workdays)
        return datetime.combine(later, time(), clock.CITY_TIME) + timedelta(seconds=moment.seconds + jitter)

    def _day(self, days: Days, day: date) -> date:
        return day if days.workdays == 0 else self.calendar.nth_workday(day, days.workdays)

    def _issue(
        self,
        issued: "_Issued",
        plain: dict[str, Any],
        values: list[Any],
        who: Resident,
        ids: Ids,
        at: datetime,
        day: date,
        jitter: int,
    ) -> None:
        kind, issuer = plain["type"], plain["issuer"]
        moment = self._moment(plain["issued_at"], at, day, jitter)
        serial = "".join(secrets.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(20))
        licence_id = ids.next()
        number = (
            f"{'Z' if kind.number_rule == 'holder' else kind.number_rule}{moment.year}{licence_id.int % 10**15:015}"
        )
        licence = Licence(
            id=licence_id, type=kind, issuer=issuer,
            holder_id=who.id, holder_name=who.name, holder_number=who.number, holder_number_index=who.number_index,
            number=number, number_index=crypto.blind_index(number, purpose="licence-number"), serial=serial, version=1,
            issued_at=moment, valid_from=self._day(plain["valid_from"], day), key_id=plain["key_id"],
            case_number=plain["case_number"].filled(values), item_code=plain["item_code"],
            automatic=plain["automatic"], verify_code=new_verify_code(),
        )  # fmt: skip
        issued.licence = licence
        licence.identifier = make_identifier(type_code=kind.code, issuer_code=issuer.uscc, serial=serial, version=1)
        licence.surface = json.loads(plain["surface"].filled(values))
        record = record_bytes(licence)
        licence.digest, licence.signature = crypto.digest(record), crypto.sign(licence.key_id, record)
        self.rows.setdefault(Licence, []).append(row_of(licence))


class _Issued:
    licence: Licence


class _Later:
    """Something of a licence that is known once it is issued."""

    def __init__(self, issued: _Issued, attribute: str) -> None:
        self.issued, self.attribute = issued, attribute

    def got(self) -> Any:
        value = getattr(self.issued.licence, self.attribute)
        return bytes(value).hex() if self.attribute == "digest" else value

    def __str__(self) -> str:
        return str(self.got())
