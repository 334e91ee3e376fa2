"""One of the applicant's own applications: its cases on the timeline, its corrections, materials and files."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from tongban.exchange.licences import queries as licences
from tongban.exchange.licences.queries import LicenceFacts
from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import Application, Attachment, Case, CaseDependency, CaseMaterial, Correction, Step
from tongban.handling.cases.rights import check_application, principal_of, visible
from tongban.handling.cases.rules.deadlines import light, words_until_acceptance
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.rules.states import CLOCK_RUNS, LABELS, State, citizen_group
from tongban.handling.cases.rules.steps import Decision
from tongban.handling.cases.rules.timeline import sentence
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import Actor
from tongban.trust.ledger import queries as ledger


@dataclass
class CaseRow:
    """One case as its applicant sees it on the timeline."""

    id: UUID
    number: str
    item_code: str
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
    due_before: date | None
    """The promised day as it was told first, if a new table of holidays has moved it to a later one."""
    provisional: bool
    can_withdraw: bool
    correction: Correction | None = None
    results: list[LicenceFacts] = field(default_factory=list)

    @property
    def unanswered(self) -> bool:
        """Whether the department still has to say whether it accepts the case."""
        return self.state == State.SUBMITTED


@dataclass(frozen=True)
class OpenParts:
    """What is still open in a case: its to-dos, its correction notices, and its predecessors, granted or not."""

    steps: list[Step] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    before: list[CaseDependency] = field(default_factory=list)


@dataclass
class Progress:
    """An application with its cases and its history, as the applicant sees them."""

    application: Application
    cases: list[CaseRow]
    history: list[ledger.RecordedEntry]

    @property
    def done(self) -> int:
        """The number of cases that have ended."""
        return sum(row.group in {"granted", "denied", "ended"} for row in self.cases)

    @property
    def yours(self) -> list[CaseRow]:
        """The cases that wait for the applicant."""
        return [row for row in self.cases if row.group == "correction"]

    @property
    def results(self) -> list[LicenceFacts]:
        """The licences and documents that the cases produced."""
        return [result for row in self.cases for result in row.results]


def application_of(number: str, *, actor: Actor) -> Application:
    """Return a submitted application by its number: the actor's own, or one that their mandate covers.

    Raises NotFound, or OutsideMandate.
    """
    application = Application.objects.filter(number=number, applicant_id=principal_of(actor)).first()
    if application is None:
        raise NotFound("没有找到这个编号的申请。请核对编号，或从“我的办件”里打开。")
    check_application(actor, application)
    return application


def submitted_application(application_id: UUID, subject_id: UUID) -> Application:
    """Return a submitted application of the subject by its id. Raises NotFound."""
    mine = Application.objects.filter(id=application_id, applicant_id=subject_id, number__isnull=False)
    application = mine.first()
    if application is None:
        raise NotFound("没有找到这份申请，请核对编号。")
    return application


def own_case(number: str, subject_id: UUID) -> CaseRow:
    """Return one of the subject's own cases by its number. Raises NotFound."""
    case = Case.objects.select_related("application").filter(number=number, application__applicant_id=subject_id)
    found = case.first()
    if found is None:
        raise NotFound("没有找到这个编号的办件，请核对编号。")
    return next(row for row in case_rows(found.application) if row.id == found.id)


def received_materials(application: Application) -> list[tuple[str, str]]:
    """Return (name, source) of every material that was received or obtained, each once (行政许可法 Art. 32).

    What a preceding case will produce is not among them.
    A source that ends with the name of the material is cut there, so that nothing is said twice.
    """
    met = CaseMaterial.objects.filter(case__application=application, met=True).exclude(way=Way.PRODUCED)
    met = met.order_by("case__position", "id")
    rows = dict.fromkeys(met.values_list("name", "source"))
    return [(name, source.removesuffix(f" · {name}")) for name, source in rows]


def progress(application: Application) -> Progress:
    """Return the live progress of an application: who handles each case, until when, and what has happened so far."""
    rows = case_rows(application)
    return Progress(application, rows, ledger.entries_of([application.id, *(row.id for row in rows)]))


def case_rows(application: Application) -> list[CaseRow]:
    """Return each case of an application as its applicant sees it, in the order of the form."""
    cases = with_open_parts(application)
    results: dict[str, list[LicenceFacts]] = {}
    for licence in licences.licences_of_case([case.number for case, _ in cases]):
        results.setdefault(licence.case_number, []).append(licence)
    return [row_of(case, parts, results.get(case.number, [])) for case, parts in cases]


def rows_of_new(cases: list[tuple[Case, OpenParts]]) -> list[CaseRow]:
    """Return what `case_rows` would return for cases that have just been made, without reading them back."""
    return [row_of(case, parts, []) for case, parts in cases]


def with_open_parts(application: Application) -> list[tuple[Case, OpenParts]]:
    """Return each case of an application, in the order of the form, with what is still open in it; four queries."""
    cases = list(application.cases.select_related("department").order_by("position"))
    parts = {case.id: OpenParts() for case in cases}
    for step in Step.objects.filter(case__in=list(parts), state=Step.States.OPEN):
        parts[step.case_id].steps.append(step)
    for notice in Correction.objects.filter(case__in=list(parts), answered_at__isnull=True):
        parts[notice.case_id].corrections.append(notice)
    for dependency in CaseDependency.objects.filter(case__in=list(parts)).select_related("predecessor"):
        parts[dependency.case_id].before.append(dependency)
    return [(case, parts[case.id]) for case in cases]


def row_of(case: Case, parts: OpenParts, results: list[LicenceFacts]) -> CaseRow:
    """Describe a case for its applicant: state, deadline light, and one sentence about who handles it now."""
    calendar, today = workdays.calendar(), clock.legal_day(clock.now())
    state = State(case.state)
    correction = parts.corrections[0] if parts.corrections else None
    open_steps = [step.name for step in parts.steps]
    by_machine = any(step.kind == StepKind.MACHINE for step in parts.steps)
    due = correction.due_on if correction else case.promise_due if state in CLOCK_RUNS else None
    if due is None and parts.steps:
        due = parts.steps[0].due_on
    if case.closed_at:
        colour, words = ("green", "已办结") if case.decision == Decision.GRANTED else ("waiting", LABELS[state])
        if case.decision == Decision.DENIED:
            words = "不予准许"
    elif correction:
        days = calendar.workdays_between(today, correction.due_on)
        colour, words = "yellow", f"等您，剩 {days} 个工作日" if days > 0 else "等您，今天到期"
    else:
        colour, words = light(calendar, today, due, case.promised_days, running=state != State.WAITING)
        if state == State.SUBMITTED and due and not by_machine:
            words = words_until_acceptance(calendar, today, due)
    took = case.decided_at - case.received_at if case.automatic and case.decided_at and case.received_at else None
    return CaseRow(
        id=case.id,
        number=case.number,
        item_code=case.item_code,
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
            waits_for=[d.predecessor.name for d in parts.before if d.predecessor.decision != Decision.GRANTED],
            step_names=open_steps,
            due=due,
            automatic=case.automatic,
            decision=case.decision,
            reason=case.reason,
            closed_on=clock.legal_day(case.closed_at) if case.closed_at else None,
            promised_days=case.promised_days,
            seconds=max(1, round(took.total_seconds())) if took is not None else None,
        ),
        optional=case.optional,
        due=due,
        due_before=case.promise_before if due == case.promise_due and case.decided_at is None else None,
        provisional=bool(due and calendar.is_provisional(due)),
        can_withdraw=case.decided_at is None and case.closed_at is None,
        correction=correction,
        results=results,
    )


def correction_of(number: str, case_number: str, *, actor: Actor) -> tuple[Case, Correction]:
    """Return a case and its open correction notice, for the applicant. Raises NotFound, or OutsideMandate."""
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
    """Return the keys of the materials that were uploaded after the notice was issued."""
    recent = case.application.attachments.filter(removed_at__isnull=True, added_at__gte=notice.issued_at)
    return set(recent.values_list("material", flat=True))


def own_file(attachment_id: UUID, *, actor: Actor) -> UUID | None:
    """Return the id of the stored file behind an attachment that the actor may see, or None."""
    mine = Application.objects.filter(visible(actor), applicant_id=principal_of(actor))
    own = Attachment.objects.filter(id=attachment_id, application__in=mine)
    return own.values_list("file_id", flat=True).first()
