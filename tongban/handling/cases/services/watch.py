"""What happens to a case when a deadline passes and nobody has acted."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.handling.cases import events
from tongban.handling.cases.locks import lock_case
from tongban.handling.cases.models import Case, Correction, Step
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.rules.steps import StepOutcome
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.machine import refer_to_person
from tongban.handling.cases.services.moves import move
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import machine

log = logging.getLogger("tongban.cases")
STUCK = timedelta(minutes=10)
"""How long the machine's step may be open before the case goes to an officer."""


def each(ids: Iterable[UUID], act: Callable[[UUID], bool]) -> int:
    """Call `act` for each id and return how many calls changed something.

    A failure is logged and does not stop the others. The first one is raised at the end, so that the job is retried.
    """
    done, failures = 0, []
    for row_id in list(ids):
        try:
            done += act(row_id)
        except Exception as failure:
            log.exception("%s of %s failed", act.__name__.strip("_"), row_id)
            failures.append(failure)
    if failures:
        raise failures[0]
    return done


def accept_silent_cases() -> int:
    """Accept the cases that nobody answered within five working days (行政许可法 Art. 32). Return how many."""
    today = clock.legal_day(clock.now())
    overdue = Step.objects.filter(state=Step.States.OPEN, kind=StepKind.ACCEPT, due_on__lt=today)
    return each(overdue.values_list("id", flat=True), _accept_silently)


@transaction.atomic
def _accept_silently(step_id: UUID) -> bool:
    case_id = Step.objects.values_list("case_id", flat=True).get(id=step_id)
    case = lock_case(case_id)
    step = case.steps.select_for_update().get(id=step_id)
    if step.state != Step.States.OPEN or case.state != State.SUBMITTED:
        return False
    now, actor = clock.now(), machine("silent-acceptance/1")
    step.state, step.done_at, step.outcome = Step.States.DONE, now, StepOutcome.ACCEPTED
    step.save()
    progress.start_clock(case, progress.notice_period_start(case, step))
    reason = "五个工作日内未一次性告知补正，自收到材料之日起即为受理（行政许可法第三十二条）"
    move(case, State.ACCEPTED, events.CaseAccepted, actor=actor, at=now, reason=reason)
    progress.advance(case, actor=actor, at=now)
    return True


def refer_stuck_cases() -> int:
    """Refer cases to officers whose machine step has been open for over ten minutes. Return how many."""
    stuck = Step.objects.filter(
        kind=StepKind.MACHINE, state=Step.States.OPEN, opened_at__lt=clock.now() - STUCK, case__state=State.SUBMITTED
    )
    return each(stuck.values_list("case_id", flat=True), _refer)


def _refer(case_id: UUID) -> bool:
    refer_to_person(case_id, "系统没有能自动办理，转由工作人员办理")
    return True


def lapse_uncorrected_cases() -> int:
    """End the cases whose correction notice was not answered in time (local policy). Return how many."""
    today = clock.legal_day(clock.now())
    overdue = Correction.objects.filter(answered_at__isnull=True, due_on__lt=today, case__state=State.CORRECTION)
    return each(overdue.values_list("case_id", flat=True), _lapse)


@transaction.atomic
def _lapse(case_id: UUID) -> bool:
    case: Case = lock_case(case_id)
    if case.state != State.CORRECTION:
        return False
    reason = "补正期限已过，视为放弃申请；您可以随时重新申请。"
    progress.end(case, State.LAPSED, events.CaseLapsed, actor=machine("lapse/1"), at=clock.now(), reason=reason)
    return True
