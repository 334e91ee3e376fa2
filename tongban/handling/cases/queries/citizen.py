"""My cases: the list, and the live progress of one application."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongban.exchange.licences import queries as licences
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import Application, Attachment, Case, CaseDependency, CaseMaterial, Correction, Step
from tongban.handling.cases.rights import check_application, principal_of, visible
from tongban.handling.cases.rules.deadlines import light
from tongban.handling.cases.rules.states import CLOCK_RUNS, LABELS, State, citizen_group
from tongban.handling.cases.rules.steps import Decision
from tongban.handling.cases.rules.timeline import sentence
from tongban.people.identity.actors import Actor
from tongban.trust.ledger import queries as ledger

PAGE = 10
ROW = (
    "id", "number", "title", "kind", "service", "state", "submitted_at", "saved_at",
    "case_count", "closed_count", "open_corrections",
)  # fmt: skip
GROUPS = {
    "draft": Q(state="draft"),
    "correction": Q(state="submitted", open_corrections__gt=0),
    "open": Q(state="submitted"),
    "closed": Q(state="closed"),
}
STATES_OF_GROUPS = {"draft": "draft", "open": "submitted", "closed": "closed"}


@dataclass(frozen=True)
class ApplicationRow:
    """One line of 我的办件."""

    id: UUID
    number: str | None
    title: str
    kind: str
    service: str
    state: str
    at: datetime
    cases: int
    closed: int
    corrections: int


@dataclass
class CaseRow:
    """One case on the timeline."""

    id: UUID
    number: str
    name: str
    department: str
    state: str
    label: str
    group: str
    light: str
    light_words: str
    sentence: str
    optional: bool
    due: date | None
    provisional: bool
    can_withdraw: bool
    correction: Correction | None = None
    results: list[Any] = field(default_factory=list)


@dataclass
class Progress:
    """An application with its cases as the applicant follows them."""

    application: Application
    cases: list[CaseRow]
    history: list[Any]

    @property
    def done(self) -> int:
        return sum(row.group in {"granted", "denied", "ended"} for row in self.cases)

    @property
    def yours(self) -> list[CaseRow]:
        """What waits for the applicant."""
        return [row for row in self.cases if row.group == "correction"]

    @property
    def results(self) -> list[Any]:
        return [result for row in self.cases for result in row.results]


def ids_of_applicant(subject_id: UUID, limit: int) -> list[UUID]:
    """The ids of the subject's applications and their cases, the newest applications first."""
    newest = Application.objects.filter(applicant_id=subject_id).order_by("-created_at").values_list("id", flat=True)
    applications = list(newest[:limit])
    found = Case.objects.filter(application_id__in=applications).values_list("id", flat=True)
    return applications + list(found[: limit * 10])


def applications_named(numbers: Iterable[str], applicant_id: UUID) -> dict[str, tuple[str, str]]:
    """For numbers of the applicant's own cases and applications: (the application's number, what it is called)."""
    wanted = {number for number in numbers if number}
    cases = Case.objects.filter(number__in=wanted, application__applicant_id=applicant_id)
    found = {number: (str(of), name) for number, of, name in cases.values_list("number", "application__number", "name")}
    own = Application.objects.filter(number__in=wanted, applicant_id=applicant_id)
    return found | {str(number): (str(number), title) for number, title in own.values_list("number", "title")}


def my_applications(
    subject_id: UUID, *, group: str = "", page: int | str = 1, seen_by: Actor | None = None
) -> tuple[Page[ApplicationRow], dict[str, int]]:
    """A page of the person's applications, newest first, and how many there are of each group and in `all`.

    `seen_by`: a helper sees those only that his mandate covers.
    """
    within = visible(seen_by) if seen_by else Q()
    seen = Application.objects.filter(within, applicant_id=subject_id)
    counts = seen.aggregate(
        **{key: Count("id", filter=Q(state=state)) for key, state in STATES_OF_GROUPS.items()},
        all=Count("id", filter=~Q(state=Application.States.DISCARDED)),
    )
    waiting = Case.objects.filter(state=State.CORRECTION, application__in=seen.filter(state="submitted"))
    counts["correction"] = waiting.aggregate(n=Count("application_id", distinct=True))["n"]
    mine = _rows_of(subject_id).filter(within, GROUPS.get(group, Q())).order_by("-created_at").values_list(*ROW)
    found = _Counted(mine, counts[group if group in GROUPS else "all"]).get_page(page)
    return Page([_row(row) for row in found.object_list], found.number, found.paginator), counts


def newest_applications(subject_id: UUID, *, seen_by: Actor) -> list[ApplicationRow]:
    """The first page of `my_applications` without its counts: one query."""
    mine = _rows_of(subject_id).filter(visible(seen_by)).order_by("-created_at")
    return [_row(row) for row in mine.values_list(*ROW)[:PAGE]]


class _Counted(Paginator):
    """A paginator of rows that are counted already."""

    def __init__(self, rows: Any, count: int) -> None:
        super().__init__(rows, PAGE)
        self.count = count


def applications_before(subject_id: UUID, *, before: UUID | None, state: str, limit: int) -> list[ApplicationRow]:
    """At most `limit` of the person's applications that were begun before one, newest first."""
    mine = _rows_of(subject_id)
    if before is not None:
        mine = mine.filter(id__lt=before)
    if state:
        mine = mine.filter(state=state)
    return [_row(row) for row in mine.order_by("-id").values_list(*ROW)[:limit]]


def _rows_of(subject_id: UUID) -> "QuerySet[Application]":
    mine = Application.objects.filter(applicant_id=subject_id).exclude(state="discarded")
    return mine.annotate(
        open_corrections=_cases_of_each(state=State.CORRECTION),
        case_count=_cases_of_each(),
        closed_count=_cases_of_each(closed_at__isnull=False),
    )


def _cases_of_each(**conditions: Any) -> Coalesce:
    """How many cases of an application: asked of the rows of one page, where a join would count those of all."""
    cases = Case.objects.filter(application=OuterRef("pk"), **conditions).order_by().values("application")
    return Coalesce(Subquery(cases.annotate(number=Count("pk")).values("number")), 0)


def _row(row: Any) -> ApplicationRow:
    return ApplicationRow(*(*row[:6], row[6] or row[7], *row[8:]))


def cases_awaiting_correction(subject_id: UUID) -> list[Case]:
    """Cases that wait for this person's correction, oldest first."""
    return list(
        Case.objects.filter(application__applicant_id=subject_id, state=State.CORRECTION)
        .select_related("application", "department")
        .order_by("id")[:3]
    )


def application_of(number: str, *, actor: Actor) -> Application:
    """The actor's submitted application by its number, his own or within his mandate."""
    application = Application.objects.filter(number=number, applicant_id=principal_of(actor)).first()
    if application is None:
        raise NotFound("没有找到这个编号的申请。请核对编号，或从“我的办件”里打开。")
    check_application(actor, application)
    return application


def own_application(application_id: UUID, subject_id: UUID) -> Application:
    """The person's own submitted application by its id."""
    mine = Application.objects.filter(id=application_id, applicant_id=subject_id, number__isnull=False)
    application = mine.first()
    if application is None:
        raise NotFound("没有找到这份申请，请核对编号。")
    return application


def own_case(number: str, subject_id: UUID) -> CaseRow:
    """One of the person's own cases as he follows it."""
    case = Case.objects.select_related("application").filter(number=number, application__applicant_id=subject_id)
    found = case.first()
    if found is None:
        raise NotFound("没有找到这个编号的办件，请核对编号。")
    return next(row for row in case_rows(found.application) if row.id == found.id)


def received_materials(application: Application) -> list[tuple[str, str]]:
    """(name, where it came from) of every material that is met, each once, for the receipt (行政许可法第三十二条)."""
    met = CaseMaterial.objects.filter(case__application=application, met=True).order_by("case__position", "id")
    return list(dict.fromkeys(met.values_list("name", "source")))


def progress(application: Application) -> Progress:
    """The live progress: each department and step, who has it, until when, and what happened so far."""
    rows = case_rows(application)
    return Progress(application, rows, ledger.entries_of([application.id, *(row.id for row in rows)]))


def case_rows(application: Application) -> list[CaseRow]:
    """Each case of an application as the applicant follows it, in the order of the form."""
    cases = list(
        application.cases.select_related("department").prefetch_related(
            Prefetch("steps", Step.objects.filter(state=Step.States.OPEN), to_attr="open_steps"),
            Prefetch("corrections", Correction.objects.filter(answered_at__isnull=True), to_attr="open_corrections"),
            Prefetch("dependencies", CaseDependency.objects.select_related("predecessor"), to_attr="before"),
        ).order_by("position")
    )  # fmt: skip
    results: dict[str, list[Any]] = {}
    for licence in licences.licences_of_case([case.number for case in cases]):
        results.setdefault(licence.case_number, []).append(licence)
    return [row_of(case, results.get(case.number, [])) for case in cases]


def row_of(case: Any, results: list[Any]) -> CaseRow:
    """A case with prefetched open steps, corrections and predecessors as one row."""
    calendar, today = workdays.calendar(), clock.legal_day(clock.now())
    state = State(case.state)
    correction = case.open_corrections[0] if case.open_corrections else None
    open_steps = [step.name for step in case.open_steps]
    due = correction.due_on if correction else case.promise_due if state in CLOCK_RUNS else None
    if due is None and case.open_steps:
        due = case.open_steps[0].due_on
    if case.closed_at:
        colour, words = ("green", "已办结") if case.decision == Decision.GRANTED else ("waiting", LABELS[state])
        if case.decision == Decision.DENIED:
            words = "不予准许"
    elif correction:
        days = calendar.workdays_between(today, correction.due_on)
        colour, words = "yellow", f"等您，剩 {days} 个工作日" if days > 0 else "等您，今天到期"
    else:
        colour, words = light(calendar, today, due, case.promised_days, running=state != State.WAITING)
    took = case.decided_at - case.received_at if case.automatic and case.received_at else None
    return CaseRow(
        id=case.id,
        number=case.number,
        name=case.name,
        department=case.department.short_name,
        state=state,
        label=LABELS[state],
        group=citizen_group(state, case.decision),
        light=colour,
        light_words=words,
        sentence=sentence(
            state,
            department=case.department.short_name,
            waits_for=[d.predecessor.name for d in case.before if d.predecessor.decision != Decision.GRANTED],
            step_names=open_steps,
            due=due,
            automatic=case.automatic,
            decision=case.decision,
            reason=case.reason,
            closed_on=clock.legal_day(case.closed_at) if case.closed_at else None,
            seconds=max(1, round(took.total_seconds())) if took is not None else None,
        ),
        optional=case.optional,
        due=due,
        provisional=bool(due and calendar.is_provisional(due)),
        can_withdraw=case.decided_at is None and case.closed_at is None,
        correction=correction,
        results=results,
    )


def correction_of(number: str, case_number: str, *, actor: Actor) -> tuple[Case, Correction]:
    """The open correction notice of the actor's own case."""
    case = (
        Case.objects.select_related("application", "department")
        .filter(number=case_number, application__number=number, application__applicant_id=principal_of(actor))
        .first()
    )
    notice = case.corrections.filter(answered_at__isnull=True).first() if case else None
    if case is None or notice is None:
        raise NotFound("这个办件现在没有要补正的内容。请从“我的办件”里查看最新进度。")
    check_application(actor, case.application)
    return case, notice


def added_since(case: Case, notice: Correction) -> set[str]:
    """The materials that were added after the notice."""
    recent = case.application.attachments.filter(removed_at__isnull=True, added_at__gte=notice.issued_at)
    return set(recent.values_list("material", flat=True))


def own_file(attachment_id: UUID, *, actor: Actor) -> UUID | None:
    """The stored file behind the actor's own attachment."""
    mine = Application.objects.filter(visible(actor), applicant_id=principal_of(actor))
    own = Attachment.objects.filter(id=attachment_id, application__in=mine)
    return own.values_list("file_id", flat=True).first()
