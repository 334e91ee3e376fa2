"""Reads the rows of one application back as a pattern, with the variable parts known."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from uuid import UUID

from django.db import models

from tongban.demo.city.bulk import crowd
from tongban.demo.city.bulk.copying import JSON_VERSION, MICROSECOND, Column, cell_of, columns_of, head_of, place_of
from tongban.demo.city.bulk.holes import (
    Days,
    Detail,
    Hole,
    IssuedLicence,
    Moment,
    Part,
    Pattern,
    Row,
    Sealed,
    Text,
    Written,
)
from tongban.exchange.libraries.models import Person
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.seals import face_bytes, iso, record_bytes
from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import (
    Application,
    Attachment,
    Case,
    CaseDependency,
    CaseMaterial,
    Correction,
    Step,
)
from tongban.handling.cases.rules.numbers import is_case_number
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.supervision.ratings.models import Rating
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.fields import EncryptedField
from tongban.trust.files.models import StoredFile
from tongban.trust.ledger.folds import ROWS
from tongban.trust.ledger.models import Entry

ORDER = (StoredFile, Application, Attachment, Case, CaseDependency, CaseMaterial, Step, Correction, Rating)
OWN = (
    "number", "number_index", "identifier", "identifier_index", "serial", "salt", "verify_code", "verify_code_index",
    "face", "digest", "signature",
)  # fmt: skip
"""The values that differ between licences; `face` is the digest of the licence's face."""


class Reader:
    """Reads the rows of one application and finds their variable parts."""

    def __init__(
        self,
        pattern: Pattern,
        application: Application,
        applicant: Actor,
        base: date,
        at: datetime,
        mark: UUID,
        licences: list[Licence],
    ) -> None:
        self.pattern, self.application, self.base, self.at, self.licences = pattern, application, base, at, licences
        self.calendar = workdays.calendar()
        self.tokens: dict[str, int] = {}
        self.shared: dict[tuple[str, Detail], int] = {}
        cases = list(application.cases.order_by("position"))
        inside: dict[type[models.Model], Iterable[models.Model]] = {
            StoredFile: StoredFile.objects.filter(id__in=application.attachments.values("file_id")).order_by("id"),
            Application: [application],
            Attachment: application.attachments.order_by("id"),
            Case: cases,
            CaseDependency: CaseDependency.objects.filter(case__in=cases).order_by("id"),
            CaseMaterial: CaseMaterial.objects.filter(case__in=cases).order_by("id"),
            Step: Step.objects.filter(case__in=cases).order_by("id"),
            Correction: Correction.objects.filter(case__in=cases).order_by("id"),
            Rating: Rating.objects.filter(application_id=application.id),
        }
        self.rows: list[tuple[type[models.Model], models.Model]] = []
        self.rows += [(model, row) for model in ORDER for row in inside[model]]
        self.rows += [(Licence, licence) for licence in licences]
        subjects = [row.pk for _, row in self.rows if isinstance(row.pk, UUID)]
        subjects.append(application.applicant_id)  # only these, because others may write at the same time
        entries = Entry.objects.filter(id__gt=mark, subject__in=subjects)
        for entry in entries.order_by("id"):
            entry.payload.pop(ROWS, None)  # the pattern's rows; `copying.copy` adds those of the clone
            self.rows.append((Entry, entry))
        self.own: dict[UUID, dict[str, int]] = {}
        self._name_holes(applicant, cases)

    def _hole(self, token: str, kind: str, detail: str = "") -> None:
        if token and token not in self.tokens:
            self.tokens[token] = self._add(kind, detail)

    def _add(self, kind: str, detail: Detail) -> int:
        self.pattern.holes.append((kind, detail))
        return len(self.pattern.holes) - 1

    def _name_holes(self, applicant: Actor, cases: list[Case]) -> None:
        for _, row in self.rows:
            if isinstance(row.pk, UUID):
                self._hole(str(row.pk), "id")
        for number in [self.application.number or "", *(case.number for case in cases)]:
            assert is_case_number(number)
            self._hole(number, "number", number[12:15])
        assert applicant.acting_for is not None
        subject = identity.subject(applicant.acting_for)
        person = Person.objects.select_related("household").get(id=subject.id)
        household = person.household
        for token, detail in (
            (str(subject.id), "id"),
            (subject.number, "number"),
            (subject.number_index or "", "number_index"),
            (subject.phone, "phone"),
            (person.address, "address"),
            (household.number if household else "", "household"),
            (subject.name, "name"),
            (crowd.sex_fact(person.sex), "sex_fact"),
            (crowd.born_fact(person.born), "born_fact"),
        ):
            self._hole(token, "person", detail)
        for held in Licence.objects.select_related("type").filter(holder_id=subject.id, case_number=""):
            self._hole(str(held.id), "held", held.type.key)
        for licence in self.licences:
            self._name_holes_of(licence)

    def _name_holes_of(self, licence: Licence) -> None:
        """Add holes for a licence's own values. A number shared with the holder remains the holder's in other rows."""
        own = self.own[licence.id] = {name: self._add("licence", name) for name in OWN}
        for name in ("identifier", "number", "serial", "salt", "verify_code"):
            self.tokens.setdefault(getattr(licence, name), own[name])
        self.tokens.setdefault(bytes(licence.digest).hex(), own["digest"])

    def read(self) -> None:
        """Add the rows and licences to the pattern."""
        self.finder = _finder(self.tokens)
        for model, row in self.rows:
            key = self.tokens[str(row.pk)] if isinstance(row.pk, UUID) else -1
            parts = [head_of(model), *(self._part(row, column) for column in columns_of(model))]
            self.pattern.rows.append(Row(model, key, tuple(_joined(parts))))
        self.pattern.licences += [self._issued(licence) for licence in self.licences]

    def _issued(self, licence: Licence) -> IssuedLicence:
        rule, own = licence.type.number_rule, self.own[licence.id]
        face = face_bytes(licence).decode()
        within = self.tokens | {
            crypto.digest(face.encode()).hex(): own["face"],
            iso(licence.issued_at): self._add("time in ISO", self._moment(licence.issued_at)),
            licence.valid_from.isoformat(): self._add("day in ISO", self._days(licence.valid_from)),
        }
        return IssuedLicence(
            type_code=licence.type.code, issuer_code=licence.issuer.uscc, key_id=licence.key_id, holes=own,
            number_head="Z" if rule == "holder" else rule,
            face=_text(face, self.finder, self.tokens),
            record=_text(record_bytes(licence).decode(), _finder(within), within),
        )  # fmt: skip

    def _part(self, row: models.Model, column: Column) -> Part:
        value, own = getattr(row, column.attname), self.own.get(row.pk, {})
        hole = own.get(column.attname)
        if isinstance(column, EncryptedField) and value is not None:
            text = self._text(column.to_text(value)) if hole is None else Text(("", ""), (hole,))
            return Sealed(text, column.purpose, place_of(type(row), str(column.column), ""))
        if value is None or isinstance(value, bool | int):
            return cell_of(column, value)
        if hole is not None:
            return Hole(hole)
        if isinstance(column, models.JSONField):
            return Written(self._text(_dumped(value)), JSON_VERSION)
        if column.attname == "division_code":
            return self._shared("person", "division_code")
        if isinstance(value, datetime):
            return self._shared("time", self._moment(value))
        if isinstance(value, date):
            return self._shared("day", self._days(value))
        if isinstance(value, UUID):
            index = self.tokens.get(str(value))
            return cell_of(column, value) if index is None else Hole(index)
        text = self._text(str(value))
        return Written(text, b"") if text.holes else cell_of(column, value)

    def _text(self, text: str) -> Text:
        return _text(text, self.finder, self.tokens)

    def _shared(self, kind: str, detail: Detail) -> Hole:
        """Return the hole for a value without a token. Equal values share one hole."""
        known = (kind, detail)
        if known not in self.shared:
            self.shared[known] = self._add(kind, detail)
        return Hole(self.shared[known])

    def _moment(self, value: datetime) -> Moment:
        days = self.calendar.workdays_between(self.base, clock.legal_day(value))
        start = self.at if days == 0 else datetime.combine(clock.legal_day(value), time(), clock.CITY_TIME)
        return Moment(days, (value - start) // MICROSECOND)

    def _days(self, value: date) -> Days:
        return Days(self.calendar.workdays_between(self.base, value))


def _finder(tokens: Iterable[str]) -> re.Pattern[str]:
    """Return an expression that finds tokens in a text, longer tokens before their own prefixes."""
    return re.compile("|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True)))


def _text(text: str, finder: re.Pattern[str], tokens: dict[str, int]) -> Text:
    pieces, holes, end = [], [], 0
    for found in finder.finditer(text):
        pieces.append(text[end : found.start()])
        holes.append(tokens[found[0]])
        end = found.end()
    return Text((*pieces, text[end:]), holes)


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Join adjacent bytes."""
    constant: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            constant.append(part)
            continue
        if constant:
            yield b"".join(constant)
            constant = []
        yield part
    if constant:
        yield b"".join(constant)


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
