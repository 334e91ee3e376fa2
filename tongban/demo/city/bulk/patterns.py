"""Creates patterns: runs applications through the services and reads their rows back with the variable parts known.

Each application is rolled back. Its rows remain as a pattern, in which ids, numbers, persons and times are holes. Bulk
data therefore always matches what the services write, and nothing must be kept in step by hand.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import models, transaction

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
    Scenario,
    Sealed,
    Text,
    Written,
)
from tongban.demo.journeys import wide
from tongban.exchange.libraries.models import Person
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.exchange.licences.seals import face_bytes, iso, record_bytes
from tongban.foundation import clock
from tongban.foundation.errors import DomainError
from tongban.foundation.ids import new_id
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import services
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
from tongban.handling.cases.services.progress import DENIAL
from tongban.handling.cases.testing import officer_for
from tongban.handling.catalog.schema import Item
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.supervision.ratings import services as ratings
from tongban.supervision.ratings.models import Rating
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.fields import EncryptedField
from tongban.trust.files.models import StoredFile
from tongban.trust.keys import services as keys
from tongban.trust.ledger.folds import ROWS
from tongban.trust.ledger.models import Entry

ORDER = (StoredFile, Application, Attachment, Case, CaseDependency, CaseMaterial, Step, Correction, Rating)
OWN = (
    "number", "number_index", "identifier", "identifier_index", "serial", "salt", "verify_code", "verify_code_index",
    "face", "digest", "signature",
)  # fmt: skip
"""The values that differ between licences; `face` is the digest of the licence's face."""
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
    """Return patterns of finished and of open applications. Only licence types and seals remain in the database."""
    finished: list[Pattern] = []
    running: list[Pattern] = []
    for item in _items(items):
        for pattern in patterns_of(item, (*FINISHED, *OPEN), applicant):
            (running if pattern.scenario in OPEN else finished).append(pattern)
    return finished, running


def _items(count: int) -> list[Item]:
    """Return items of many fields for persons, whose grant changes nothing in the base libraries."""
    plain = [i for i in wide.single_items(400) if "person" in i.serves and not i.effects and len(i.plan) in {0, 3}]
    return plain[:count]


@transaction.atomic
def _register(item: Item) -> None:
    """Create what all results of an item share and what must outlast the rollback: licence types and certified seal."""
    department = organisation.department_named(item.department)
    for result in item.results:
        licences.ensure_type(result.licence_type, result.name, result.kind, department.id)
    licences.ensure_type(DENIAL, "不予准许决定书", "document", department.id)
    keys.certify_seal(f"seal:{department.id}", department.id)


def pattern_of(item: Item, scenario: Scenario, applicant: Actor, *, decided: bool = True) -> Pattern | None:
    """Return the pattern of one item and scenario, or None if the scenario is impossible for the item."""
    return next(iter(patterns_of(item, [scenario], applicant, decided=decided)), None)


def patterns_of(item: Item, scenarios: Iterable[Scenario], applicant: Actor, *, decided: bool = True) -> list[Pattern]:
    """Return the patterns of an item: submit one application, then run each scenario on it and roll that back.

    Impossible scenarios are left out; if the first one is impossible, so are all. An instant item has one scenario.
    """
    _register(item)
    found: list[Pattern] = []
    with suppress(DomainError, AssertionError), _undone():
        writer = _Writer(item, applicant, decided)
        for scenario in scenarios:
            with suppress(DomainError, AssertionError), _undone():
                if pattern := writer.written(scenario):
                    found.append(pattern)
            if writer.instant or not found:
                break
    return found


@contextmanager
def _undone() -> Iterator[None]:
    """Roll back everything that is written in the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _base() -> date:
    """Return a Monday, and working day, with known working days before and after it."""
    calendar, day = workdays.calendar(), clock.legal_day(clock.now()) - timedelta(days=120)
    while day.weekday() or not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day


class _Writer:
    """Submits an application and runs scenarios on it."""

    def __init__(self, item: Item, applicant: Actor, decided: bool) -> None:
        self.item, self.applicant, self.decided = item, applicant, decided
        self.base, self.mark = _base(), new_id()
        self.at = datetime.combine(self.base, time(10, 0), clock.CITY_TIME)
        with clock.at_moment(self.at):
            self.application_id = wide.apply(item.code, "item", applicant).id
        self.instant = Step.objects.filter(case__application=self.application_id, kind=StepKind.MACHINE).exists()

    def written(self, scenario: Scenario) -> Pattern | None:
        """Run a scenario and return its pattern, or None if its results cannot be cloned."""
        application = Application.objects.get(id=self.application_id)
        case = application.cases.get()
        if self.instant and self.decided:
            with clock.at_moment(self.at + timedelta(seconds=2)):
                services.decide_by_machine(case.id)
        elif self.decided:
            _work(case, scenario, self.applicant, self.base)
        application.refresh_from_db()
        if scenario.rated and application.state == "closed" and not self.instant:
            with clock.at_moment(_on(self.base, (scenario.days or (0,))[-1] + 1, 20)):
                ratings.rate(application.number or "", level=scenario.rated, tags=[], words="", actor=self.applicant)
        issued = list(Licence.objects.select_related("type", "issuer").filter(case_number=case.number))
        if any(one.type.single or one.version > 1 or one.valid_until for one in issued):
            return None
        last = max(scenario.days, default=0) + (1 if scenario.rated else 0)
        pattern = Pattern(scenario, self.item.code, self.instant, 0 if self.instant else last)
        _Reader(pattern, application, self.applicant, self.base, self.at, self.mark, issued).read()
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
            if step is None:  # the case waits for the applicant's correction
                wanted = case.corrections.get(answered_at=None).wanted[0]["material"]
                services.attach(case.application_id, wanted, content=wide.PAPER, name="material.pdf", actor=applicant)
                services.resubmit(case.id, actor=applicant)
                step = case.steps.filter(state=Step.States.OPEN).order_by("stage").first()
            if step is None:
                raise RuntimeError(f"{case.name}: no step is open after the correction")
            _process(case, step, scenario.ending, place)


def _process(case: Case, step: Step, ending: str, place: int) -> None:
    officer = officer_for(step)
    if step.kind == StepKind.ACCEPT and ending in {"ask", "correct"} and place == 0:
        wanted = [{"material": case.materials.earliest("id").key, "sentence": "请重新提供清晰完整的一份"}]
        services.request_correction(step.id, wanted=wanted, actor=officer)
    elif step.kind == StepKind.ACCEPT and ending == "refuse":
        services.refuse_acceptance(step.id, opinion=REASON, actor=officer)
    elif step.kind == StepKind.ACCEPT:
        services.accept(step.id, actor=officer)
    elif step.kind == StepKind.OPINION:
        outcome = "disagree" if ending == "deny" else "agree"
        services.give_opinion(step.id, outcome=outcome, opinion="已核对系统记录。", actor=officer)
    else:
        outcome = "deny" if ending == "deny" else "grant"
        services.decide(step.id, outcome=outcome, opinion=REASON if ending == "deny" else "", actor=officer)


class _Reader:
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
