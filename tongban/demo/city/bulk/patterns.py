"""Creates patterns: runs applications through the services and reads their rows back with the variable parts known.

Each application is rolled back. Its rows remain as a pattern, in which ids, numbers, persons and times are holes. Bulk
data therefore always matches what the services write, and nothing must be kept in step by hand.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta

from django.db import transaction

from tongban.demo.city.bulk.holes import (
    Pattern,
    Scenario,
)
from tongban.demo.city.bulk.reading import Reader
from tongban.demo.journeys import wide
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.errors import DomainError
from tongban.foundation.ids import new_id
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import services
from tongban.handling.cases.models import (
    Application,
    Case,
    Step,
)
from tongban.handling.cases.services.progress import DENIAL
from tongban.handling.cases.testing import officer_for
from tongban.handling.catalog.schema import Item
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.supervision.ratings import services as ratings
from tongban.trust.keys import services as keys

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
        Reader(pattern, application, self.applicant, self.base, self.at, self.mark, issued).read()
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
