"""Count the due days of open cases again after the working days of a year have changed."""

from datetime import date
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongban.foundation import clock
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import events
from tongban.handling.cases.locks import lock_case
from tongban.handling.cases.models import Case, Step
from tongban.handling.cases.rules import deadlines
from tongban.handling.cases.rules.timeline import full_day_words
from tongban.handling.cases.services import progress
from tongban.handling.cases.services.moves import announce_move
from tongban.handling.cases.services.watch import each
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import machine


def recount_due_days(year: int, *, notice: str = "") -> int:
    """Count the due days from 1 January of a year on again, and record each change; return how many cases changed.

    `notice` names the official notice. An applicant's time for a correction never becomes shorter. Each changed case
    has an entry in its history whose reason says which day moved where; nobody gets a message. Safe to repeat.
    """
    workdays.forget()  # another process may have loaded the table within the last second
    first = date(year, 1, 1)
    concerned = Case.objects.filter(closed_at__isnull=True).filter(
        Q(decided_at__isnull=True, legal_due__gte=first)
        | Q(steps__state=Step.States.OPEN, steps__due_on__gte=first)
        | Q(corrections__answered_at__isnull=True, corrections__due_on__gte=first)
    )
    return each(concerned.order_by("id").values_list("id", flat=True).distinct(), partial(_recount, notice=notice))


@transaction.atomic
def _recount(case_id: UUID, *, notice: str) -> bool:
    case = lock_case(case_id)
    if case.closed_at:
        return False
    at = clock.now()
    moved = [*_recount_case(case), *_recount_steps(case), *_recount_corrections(case)]
    if not moved:
        return False
    reason = f"{notice or '新的放假安排'}公布后重新计算：{'；'.join(dict.fromkeys(moved))}"
    announce_move(case, events.DueDaysRecounted, actor=machine("recount/1"), at=at, reason=reason)
    return True


def _recount_case(case: Case) -> list[str]:
    """Recount the days of the decision; return what changed in words."""
    if case.accepted_at is None or case.decided_at is not None:
        return []
    due = deadlines.decision_due(
        workdays.calendar(), clock.legal_day(case.accepted_at), case.promised_days, case.legal_days
    )
    before = case.promise_due, case.legal_due
    if before == due:
        return []
    case.promise_due, case.legal_due = due
    first_told = case.promise_before or before[0]
    case.promise_before = first_told if first_told and case.promise_due > first_told else None
    case.save(update_fields=["promise_due", "legal_due", "promise_before"])
    pairs = zip(("承诺办结日", "法定办结日"), before, due, strict=True)
    return [_words(name, old, new) for name, old, new in pairs if old != new]


def _recount_steps(case: Case) -> list[str]:
    moved = []
    for step in case.steps.select_for_update().filter(state=Step.States.OPEN).exclude(kind=StepKind.MACHINE):
        due = progress.due_of(case, step)
        if due is None or due == step.due_on:
            continue
        if step.kind in {StepKind.ACCEPT, StepKind.MAKE, StepKind.DELIVER}:  # the others are due with the case
            moved.append(_words(f"“{step.name}”的期限", step.due_on, due))
        step.due_before, step.due_on = step.due_on, due
        step.save(update_fields=["due_before", "due_on"])
    return moved


def _recount_corrections(case: Case) -> list[str]:
    moved = []
    for notice in case.corrections.select_for_update().filter(answered_at__isnull=True):
        due = workdays.calendar().nth_workday(clock.legal_day(notice.issued_at), deadlines.CORRECTION_DAYS)
        if due > notice.due_on:
            moved.append(_words("补正期限", notice.due_on, due))
            notice.due_on = due
            notice.save(update_fields=["due_on"])
    return moved


def _words(name: str, before: date | None, after: date) -> str:
    return f"{name}由 {full_day_words(before) if before else '未定'}改为 {full_day_words(after)}"
