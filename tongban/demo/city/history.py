"""A year of cases for the demo city, created through services at simulated times with a fixed seed."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Application, Case, Step
from tongban.handling.cases.testing import officer_for
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Subject

SEED = 20261124
ITEMS = {"HJ-09": 30, "YB-06": 22, "SB-09": 16, "SW-06": 12, "HJ-10": 10, "YB-03": 8, "CR-05": 2}
"""Item -> its share of a hundred cases: the items that people apply for most."""
ANSWERS = {
    "certificate_purpose": ["云江区第一小学，入学报名", "应聘云州物流有限公司", "办理住房贷款", "申请出国留学"],
    "residence_city": ["浙江省杭州市", "广东省深圳市", "四川省成都市", "海南省三亚市"],
}
REASONS = ["提供的用途与申请事项不符，请向用途单位确认后重新申请。", "本人参保状态为暂停缴费，请先恢复参保。"]
HOURS = [9, 9, 10, 10, 10, 11, 13, 14, 14, 15, 15, 16, 20, 21]
"""Hours at which people apply, mostly office hours."""


def write_history(cases: int, say: Callable[[str], None] = lambda line: None) -> int:
    """Create `cases` cases over the last twelve months, the latest of which are still open.

    Does nothing if there are already cases. Returns how many were created.
    """
    if Application.objects.exists():
        say("已经有办件，不再补写历史。")
        return 0
    chance = Random(SEED)
    people = list(
        Subject.objects.filter(kind=Subject.Kinds.PERSON, accounts__isnull=False, appointments__isnull=True)
        .order_by("registered_at", "id")
        .values_list("id", flat=True)
    )
    moments = sorted(_moment(chance) for _ in range(cases))
    for index, at in enumerate(moments):
        if index % 100 == 99:
            say(f"办件历史 {index + 1} / {cases}")
        applicant = identity.actor_of(identity.own_accounts(chance.choice(people))[0])
        code = chance.choices(list(ITEMS), weights=list(ITEMS.values()))[0]
        _one_case(code, applicant, at, chance, still_open=index >= cases - cases // 12)
    return cases


def _moment(chance: Random) -> datetime:
    """Return a time on a working day of the last year before today; later months are slightly busier."""
    calendar, today = workdays.calendar(), clock.legal_day(clock.now())
    days = [d for n in range(365, 0, -1) if calendar.is_workday(d := today - timedelta(days=n))]
    day = days[int(len(days) * chance.random() ** 0.85)]
    return datetime.combine(day, time(chance.choice(HOURS), chance.randrange(60)), tzinfo=clock.CITY_TIME)


def _one_case(code: str, applicant: Actor, at: datetime, chance: Random, *, still_open: bool) -> None:
    with clock.at_moment(at):
        application = services.start_draft(code, kind="item", actor=applicant)
        if application.created_at != at:
            return  # the person's own unfinished draft, which the history must not submit
        item = catalog.item(code)
        answers = {f.key: chance.choice(ANSWERS[f.key]) for f in item.form}
        answers |= {f"commit.{m.key}": "yes" for m in item.materials if m.source == "commitment"}
        for page in queries.draft(application.id, actor=applicant).pages or []:
            services.save_answers(application.id, answers, page=page.key, actor=applicant)
        services.save_answers(application.id, answers, page="materials", actor=applicant)
        services.submit(application.id, actor=applicant)
    case = application.cases.get()
    if case.steps.filter(kind=StepKind.MACHINE).exists():
        with clock.at_moment(at + timedelta(seconds=chance.randrange(1, 5))):
            services.decide_by_machine(case.id)
        return
    _work(application, case, at, chance, still_open=still_open)


def _work(application: Application, case: Case, at: datetime, chance: Random, *, still_open: bool) -> None:
    """Process the steps on later working days: most in time, a few late, a few refused or withdrawn."""
    calendar = workdays.calendar()
    now, day = clock.now(), clock.legal_day(at)
    refused = chance.random() < 0.04
    if chance.random() < 0.03:
        with clock.at_moment(at + timedelta(hours=1)):
            services.withdraw(
                application.id, reason="填错了，重新申请", actor=identity.actor_of_subject(application.applicant_id)
            )
        return
    stop_after = chance.randrange(3) if still_open else 9
    for done, step in enumerate(_open_steps(case)):
        slow = chance.random() < 0.04
        day = calendar.nth_workday(day, 3 if slow else chance.choice([0, 0, 0, 1]))
        moment = max(_in_office(day, chance), at + timedelta(minutes=20 * (done + 1)))
        if moment >= now or done >= stop_after:
            return
        with clock.at_moment(moment):
            _process(step, refused, chance)


def _open_steps(case: Case) -> Iterator[Step]:
    while step := Step.objects.filter(case=case, state=Step.States.OPEN).order_by("stage", "id").first():
        yield step
        if Step.objects.filter(id=step.id, state=Step.States.OPEN).exists():
            return


def _process(step: Step, refused: bool, chance: Random) -> None:
    officer = officer_for(step)
    if step.kind == StepKind.ACCEPT:
        services.accept(step.id, actor=officer)
    elif step.kind == StepKind.OPINION:
        outcome = "disagree" if refused else "agree"
        services.give_opinion(step.id, outcome=outcome, opinion="已核对系统记录。", actor=officer)
    elif refused:
        services.decide(step.id, outcome="deny", opinion=chance.choice(REASONS), actor=officer)
    else:
        services.decide(step.id, outcome="grant", opinion="", actor=officer)


def _in_office(day: date, chance: Random) -> datetime:
    return datetime.combine(day, time(chance.choice([9, 10, 11, 14, 15, 16]), chance.randrange(60)), clock.CITY_TIME)
