"""Patterns: applications that services really wrote, read back as rows whose moving parts are known.

Each is begun on one Monday and undone again; what stays is how its rows look, with ids, numbers, persons and moments as
holes. So whatever the services write is written at scale too, and nothing has to be kept in step by hand.
"""

import json
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction

from tongban.exchange.libraries.models import Person
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.crypto.fields import EncryptedField
from tongban.foundation.errors import DomainError
from tongban.foundation.files.models import StoredFile
from tongban.foundation.identity import queries as identity
from tongban.foundation.identity.actors import Actor
from tongban.foundation.ids import new_id
from tongban.foundation.ledger.models import Entry
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import queries, services
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
from tongban.handling.catalog.schema import Item
from tongban.site.city.bulk import crowd
from tongban.site.city.bulk.copying import columns_of, place_of
from tongban.site.city.bulk.holes import Days, Hole, IssuedLicence, Json, Moment, Pattern, Scenario, Sealed, Text
from tongban.site.journeys import wide
from tongban.supervision.ratings import services as ratings
from tongban.supervision.ratings.models import Rating

ORDER = (StoredFile, Application, Attachment, Case, CaseDependency, CaseMaterial, Step, Correction, Rating)
REASON = "提供的内容与登记信息不符，请核对后重新申请。"


FINISHED = (
    Scenario("fast", 44, (1, 1, 1)),
    Scenario("ordinary", 30, (1, 2, 3), rated=5),
    Scenario("slow", 12, (2, 4, 5)),
    Scenario("late", 3, (3, 24, 26), rated=2),
    Scenario("corrected", 4, (1, 4, 5, 6), "correct"),
    Scenario("denied", 3, (1, 2, 3), "deny"),
    Scenario("not accepted", 1, (1,), "refuse"),
    Scenario("withdrawn", 3, (1,), "withdraw"),
)
OPEN = (
    Scenario("at acceptance", 35),
    Scenario("in review", 30, (1,)),
    Scenario("before the decision", 25, (1, 2)),
    Scenario("at the applicant's", 10, (1,), "ask"),
)


def make_patterns(items: int, applicant: Actor) -> tuple[list[Pattern], list[Pattern]]:
    """Patterns of finished and of running applications; nothing of it stays in the database."""
    finished: list[Pattern] = []
    running: list[Pattern] = []
    for item in _items(items):
        machine = len(finished)
        for scenario in FINISHED:
            pattern = pattern_of(item, scenario, applicant)
            finished += [pattern] if pattern else []
            if pattern is None or pattern.instant:
                break
        if len(finished) > machine and not finished[machine].instant:
            running += [pattern for scenario in OPEN if (pattern := pattern_of(item, scenario, applicant))]
    return finished, running


def _items(count: int) -> list[Item]:
    """Items of many fields that persons apply for and whose grant changes nothing in the base libraries."""
    plain = [i for i in wide.single_items(400) if "person" in i.serves and not i.effects and len(i.plan) in {0, 3}]
    return plain[:count]


class _Undone(Exception):
    """Leaves the transaction without its changes."""


def pattern_of(item: Item, scenario: Scenario, applicant: Actor, *, decided: bool = True) -> Pattern | None:
    """The pattern of one item and scenario, or None where the item does not go that way."""
    pattern = None
    try:
        with transaction.atomic():
            pattern = _written(item, scenario, applicant, decided)
            raise _Undone
    except _Undone:
        return pattern
    except (DomainError, AssertionError):
        return None


def _base() -> date:
    """A Monday whose working days before and after are known."""
    calendar, day = workdays.calendar(), clock.legal_day(clock.now()) - timedelta(days=120)
    while day.weekday() or not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day


def _written(item: Item, scenario: Scenario, applicant: Actor, decided: bool) -> Pattern | None:
    base, mark = _base(), new_id()
    at = datetime.combine(base, time(10, 0), clock.CITY_TIME)
    with clock.at_moment(at):
        application = wide.apply(item.code, "item", applicant)
    case = application.cases.get()
    instant = case.steps.filter(kind="machine").exists()
    if instant and decided:
        with clock.at_moment(at + timedelta(seconds=2)):
            services.decide_by_machine(case.id)
    elif decided:
        _work(case, scenario, applicant, base)
    application.refresh_from_db()
    if scenario.rated and application.state == "closed" and not instant:
        with clock.at_moment(_on(base, (scenario.days or (0,))[-1] + 1, 20)):
            ratings.rate(application.number or "", level=scenario.rated, tags=[], words="", actor=applicant)
    licences = list(Licence.objects.select_related("type", "issuer").filter(case_number=case.number))
    if any(one.type.single or one.version > 1 for one in licences):
        return None
    last = max(scenario.days, default=0) + (1 if scenario.rated else 0)
    pattern = Pattern(scenario, item.code, instant, 0 if instant else last)
    _Reader(pattern, application, applicant, base, at, mark, licences).read()
    return pattern


def _on(base: date, days: int, hour: int) -> datetime:
    return datetime.combine(workdays.calendar().nth_workday(base, days), time(hour, 0), clock.CITY_TIME)


def _work(case: Case, scenario: Scenario, applicant: Actor, base: date) -> None:
    for place, days in enumerate(scenario.days):
        with clock.at_moment(_on(base, days, 10 + place)):
            if scenario.ending == "withdraw":
                services.withdraw(case.application_id, reason="填错了，重新申请", actor=applicant)
                return
            step = case.steps.filter(state=Step.States.OPEN).order_by("stage").first()
            if step is None:  # waits for the applicant's correction
                wanted = case.corrections.get(answered_at=None).wanted[0]["material"]
                services.attach(case.application_id, wanted, content=wide.PAPER, name="material.pdf", actor=applicant)
                services.resubmit(case.id, actor=applicant)
                step = case.steps.filter(state=Step.States.OPEN).order_by("stage").first()
            _take(case, step, scenario.ending, place)


def _take(case: Case, step: Any, ending: str, place: int) -> None:
    officer = queries.officer_for(step)
    if step.kind == "accept" and ending in {"ask", "correct"} and place == 0:
        wanted = [{"material": case.materials.earliest("id").key, "sentence": "请重新提供清晰完整的一份"}]
        services.request_correction(step.id, wanted=wanted, actor=officer)
    elif step.kind == "accept" and ending == "refuse":
        services.refuse_acceptance(step.id, opinion=REASON, actor=officer)
    elif step.kind == "accept":
        services.accept(step.id, actor=officer)
    elif step.kind == "opinion":
        outcome = "disagree" if ending == "deny" else "agree"
        services.give_opinion(step.id, outcome=outcome, opinion="已核对系统记录。", actor=officer)
    else:
        outcome = "deny" if ending == "deny" else "grant"
        services.decide(step.id, outcome=outcome, opinion=REASON if ending == "deny" else "", actor=officer)


class _Reader:
    """Reads the rows of one application and finds the holes in them."""

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
        self.shared: dict[tuple[str, Any], int] = {}
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
        self.rows: list[tuple[type[models.Model], Any]] = [(model, row) for model in ORDER for row in inside[model]]
        subjects = [row.pk for _, row in self.rows if isinstance(row.pk, UUID)]
        subjects += [application.applicant_id, *(licence.id for licence in licences)]  # others may write meanwhile
        entries = Entry.objects.filter(id__gt=mark, subject__in=subjects)
        self.rows += [(Entry, entry) for entry in entries.order_by("id")]
        self._name_holes(applicant, cases)

    def _hole(self, token: str, kind: str, detail: str = "") -> None:
        if token and token not in self.tokens:
            self.tokens[token] = self._add(kind, detail)

    def _add(self, kind: str, detail: Any) -> int:
        self.pattern.holes.append((kind, detail))
        return len(self.pattern.holes) - 1

    def _name_holes(self, applicant: Actor, cases: list[Case]) -> None:
        for _, row in self.rows:
            if isinstance(row.pk, UUID):
                self._hole(str(row.pk), "id")
        for number in [self.application.number or "", *(case.number for case in cases)]:
            assert is_case_number(number)
            self._hole(number, "number", number[12:15])
        subject = identity.subject(applicant.acting_for)  # type: ignore[arg-type]
        person = Person.objects.select_related("household").get(id=subject.id)
        household = person.household
        for token, detail in (
            (str(subject.id), "id"),
            (subject.number, "number"),
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
            for token in self._tokens_of(licence).values():
                self._hole(token, "licence")

    def _tokens_of(self, licence: Licence) -> dict[str, str]:
        """What of an issued licence other rows may hold, by attribute."""
        tokens = {name: str(getattr(licence, name)) for name in ("id", "identifier", "number", "serial", "verify_code")}
        return tokens | {"digest": bytes(licence.digest).hex()}

    def _holes_of(self, licence: Licence) -> dict[str, int]:
        """Where its own values go; what it shares with its holder, e.g. the number, is the holder's."""
        places = {name: self.tokens[token] for name, token in self._tokens_of(licence).items()}
        return {name: place for name, place in places.items() if self.pattern.holes[place][0] == "licence"}

    def read(self) -> None:
        ordered = sorted(self.tokens, key=len, reverse=True)
        self.finder = re.compile("|".join(re.escape(token) for token in ordered))
        for model, row in self.rows:
            key = self.tokens[str(row.pk)] if isinstance(row.pk, UUID) else -1
            makers = [self._maker(row, column) for column in columns_of(model)]
            self.pattern.rows.append((model, key, makers))
        for licence in self.licences:
            self.pattern.licences.append(
                IssuedLicence(
                    like=Licence(
                        type=licence.type, issuer=licence.issuer, version=1, item_code=licence.item_code,
                        automatic=licence.automatic, key_id=licence.key_id,
                    ),
                    issued_at=self._time(self._moment(licence.issued_at)).index,
                    valid_from=self._time(self._days(licence.valid_from)).index,
                    surface=self._text(_dumped(licence.surface)),
                    case_number=self._text(licence.case_number),
                    holes=self._holes_of(licence),
                )
            )  # fmt: skip

    def _maker(self, row: Any, column: "models.Field[Any, Any]") -> Any:
        value = getattr(row, column.attname)
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(column, EncryptedField):
            return Sealed(self._text(column.to_text(value)), place_of(type(row), str(column.column), ""))
        if isinstance(column, models.JSONField):
            return Json(self._text(_dumped(value)))
        if column.attname == "division_code":
            return self._shared("person", "division_code")
        if isinstance(value, datetime):
            return self._time(self._moment(value))
        if isinstance(value, date):
            return self._time(self._days(value))
        if isinstance(value, UUID):
            index = self.tokens.get(str(value))
            return value if index is None else Hole(index)
        text = self._text(str(value))
        return text if text.holes else value

    def _text(self, text: str) -> Text:
        pieces, holes, end = [], [], 0
        for found in self.finder.finditer(text):
            pieces.append(text[end : found.start()])
            holes.append(self.tokens[found[0]])
            end = found.end()
        return Text((*pieces, text[end:]), tuple(holes))

    def _time(self, time_: Moment | Days) -> Hole:
        return self._shared("time", time_)

    def _shared(self, kind: str, detail: Any) -> Hole:
        """The hole of a value that has no token, once for all who need it."""
        known = (kind, detail)
        if known not in self.shared:
            self.shared[known] = self._add(kind, detail)
        return Hole(self.shared[known])

    def _moment(self, value: datetime) -> Moment:
        days = self.calendar.workdays_between(self.base, clock.legal_day(value))
        start = self.at if days == 0 else datetime.combine(clock.legal_day(value), time(), clock.CITY_TIME)
        return Moment(days, (value - start).total_seconds())

    def _days(self, value: date) -> Days:
        return Days(self.calendar.workdays_between(self.base, value))


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
