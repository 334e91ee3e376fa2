"""The applicant's own applications as lists: by group, the newest, and those that wait for the applicant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongban.foundation import clock
from tongban.foundation.prepared import fetch
from tongban.foundation.ui.paging import ConvertedRows
from tongban.handling.cases.models import BARRING, STANDS, Application, Case, Step
from tongban.handling.cases.queries.draft_terms import in_force_since
from tongban.handling.cases.rights import principal_of, visible
from tongban.handling.cases.rules.drafts import emptied_on, is_due_for_notice
from tongban.handling.cases.rules.states import CLOCK_RUNS, State
from tongban.people.identity.actors import Actor

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
RowValues = tuple[UUID, str | None, str, str, str, str, datetime | None, datetime, int, int, int]
"""The values of `ROW`, in its order."""
_NEWEST = """
SELECT a.id, a.number, a.title, a.kind, a.service, a.state, a.submitted_at, a.saved_at,
  (SELECT count(*) FROM cases_case c WHERE c.application_id = a.id),
  (SELECT count(*) FROM cases_case c WHERE c.application_id = a.id AND c.closed_at IS NOT NULL),
  (SELECT count(*) FROM cases_case c WHERE c.application_id = a.id AND c.state = %(correction)s)
FROM cases_application a WHERE a.applicant_id = %(subject)s AND a.state <> 'discarded'
ORDER BY a.created_at DESC LIMIT %(most)s"""
"""The columns of `ROW`. A test compares it with the queryset."""


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
    emptied_on: date | None = None
    """The day on which a draft is emptied if nobody works on it, once that is near."""


def ids_of_applicant(subject_id: UUID, limit: int) -> list[UUID]:
    """Return the ids of the subject's newest applications (at most `limit`), followed by those of their cases."""
    newest = Application.objects.filter(applicant_id=subject_id).order_by("-created_at").values_list("id", flat=True)
    applications = list(newest[:limit])
    found = Case.objects.filter(application_id__in=applications).values_list("id", flat=True)
    return applications + list(found[: limit * 10])


def applications_named(numbers: Iterable[str], applicant_id: UUID) -> dict[str, tuple[str, str]]:
    """Return case or application number -> (number of the application, name), for the applicant's own numbers."""
    wanted = {number for number in numbers if number}
    cases = Case.objects.filter(number__in=wanted, application__applicant_id=applicant_id)
    found = {number: (str(of), name) for number, of, name in cases.values_list("number", "application__number", "name")}
    own = Application.objects.filter(number__in=wanted, applicant_id=applicant_id)
    return found | {str(number): (str(number), title) for number, title in own.values_list("number", "title")}


def my_applications(
    subject_id: UUID, *, group: str = "", page: int | str = 1, seen_by: Actor | None = None
) -> tuple[Page[ApplicationRow], dict[str, int]]:
    """Return a page of the subject's applications, newest first, and how many each group and `all` contain.

    Pass `seen_by` for a helper, who sees only the applications that their mandate covers.
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
    rows = ConvertedRows(mine, _rows, total=counts[group if group in GROUPS else "all"])
    return Paginator(rows, PAGE).get_page(page), counts


def newest_applications(subject_id: UUID, *, seen_by: Actor) -> list[ApplicationRow]:
    """Return the first page of `my_applications` without the counts, in one query.

    For everybody but those who act by a mandate the statement is prepared: building it costs more than running it.
    """
    if seen_by.right is None:
        values = {"subject": subject_id, "correction": State.CORRECTION.value, "most": PAGE}
        return _rows(cast(list[RowValues], fetch(_NEWEST, values)))
    mine = _rows_of(subject_id).filter(visible(seen_by)).order_by("-created_at")
    return _rows(mine.values_list(*ROW)[:PAGE])


def overdue_cases(applications: Iterable[UUID]) -> dict[UUID, int]:
    """Return application -> how many of its cases are red on the progress page, for those with any. One query at most.

    It is the rule of `timeline.row_of`: the promised day counts from acceptance to delivery, the day of the open step
    before and after. Nobody is late while the applicant corrects.
    """
    wanted = list(applications)
    if not wanted:
        return {}
    today = clock.legal_day(clock.now())
    late_step = Exists(Step.objects.filter(case=OuterRef("pk"), state=Step.States.OPEN, due_on__lt=today))
    running = Case.objects.filter(application__in=wanted, closed_at=None)
    late = running.exclude(state__in=[State.WAITING, State.CORRECTION]).filter(
        Q(state__in=CLOCK_RUNS, promise_due__lt=today) | (~Q(state__in=CLOCK_RUNS) & Q(late_step))
    )
    return dict(late.order_by().values_list("application_id").annotate(number=Count("pk")))


def open_application(service: str, *, actor: Actor) -> Application | None:
    """Return the applicant's newest submitted application for a bundle or an item that is not closed, else their draft.

    An item counts too where it was applied for in a bundle and its case is not closed. One query.
    """
    own = Application.objects.filter(visible(actor), applicant_id=principal_of(actor))
    in_a_bundle = Case.objects.filter(application=OuterRef("pk"), item_code=service, closed_at=None)
    mine = own.filter(
        Q(service=service, state__in=["draft", "submitted"])
        | Q(Exists(in_a_bundle), state=Application.States.SUBMITTED)
    )
    return mine.only("id", "number", "state").order_by("-state", "-submitted_at", "-id").first()


def finished_case(item_code: str, *, actor: Actor) -> Case | None:
    """Return the applicant's newest case of an item that is closed and was neither denied nor ended before a decision.

    One query, and the case comes with its application.
    """
    own = Application.objects.filter(visible(actor), applicant_id=principal_of(actor))
    closed = Case.objects.filter(STANDS, item_code=item_code, closed_at__isnull=False, application__in=own)
    return closed.select_related("application").order_by("-closed_at", "-id").first()


def applied_for(ids: Iterable[UUID], item_codes: Iterable[str]) -> set[UUID]:
    """Return those of the ids of what is granted once (`once_per`) for which a case of the items runs or was granted.

    One query by the index of (item, id).
    """
    found = Case.objects.filter(BARRING, item_code__in=list(item_codes), once_id__in=list(ids))
    return {one for one in found.values_list("once_id", flat=True) if one is not None}


def applications_before(subject_id: UUID, *, before: UUID | None, state: str, limit: int) -> list[ApplicationRow]:
    """Return at most `limit` of the subject's applications that were started before `before`, newest first."""
    mine = _rows_of(subject_id)
    if before is not None:
        mine = mine.filter(id__lt=before)
    if state:
        mine = mine.filter(state=state)
    return _rows(mine.order_by("-id").values_list(*ROW)[:limit])


def _rows_of(subject_id: UUID) -> "QuerySet[Application]":
    mine = Application.objects.filter(applicant_id=subject_id).exclude(state="discarded")
    return mine.annotate(
        open_corrections=_cases_of_each(Q(state=State.CORRECTION)),
        case_count=_cases_of_each(Q()),
        closed_count=_cases_of_each(Q(closed_at__isnull=False)),
    )


def _cases_of_each(condition: Q) -> Coalesce:
    """Count the cases of each application by a subquery, which runs for one page only; a join would count them all."""
    cases = Case.objects.filter(condition, application=OuterRef("pk")).order_by().values("application")
    return Coalesce(Subquery(cases.annotate(number=Count("pk")).values("number")), 0)


def _rows(rows: Iterable[RowValues]) -> list[ApplicationRow]:
    found = list(rows)
    emptied = _emptied_on((row[0], row[7]) for row in found if row[5] == Application.States.DRAFT)
    return [ApplicationRow(*row[:6], row[6] or row[7], *row[8:], emptied_on=emptied.get(row[0])) for row in found]


def _emptied_on(drafts: Iterable[tuple[UUID, datetime]]) -> dict[UUID, date]:
    """Return id -> the day on which a draft is emptied, for those for which it is near. One query if there are any."""
    today, days = clock.legal_day(clock.now()), settings.DRAFT_DAYS
    saved = {draft_id: clock.legal_day(at) for draft_id, at in drafts}
    near = {draft_id: day for draft_id, day in saved.items() if is_due_for_notice(today, day, days)}
    since = in_force_since(days, today) if near else today
    return {draft_id: emptied_on(day, days, since) for draft_id, day in near.items()}


def promises_moved(subject_id: UUID, *, seen_by: Actor) -> list[Case]:
    """Return at most five undecided cases whose promised day a new table of holidays has moved to a later one.

    `seen_by` is the subject, or a helper, who sees only what their mandate covers. One query.
    """
    seen = Application.objects.filter(visible(seen_by), applicant_id=subject_id)
    moved = Case.objects.filter(application__in=seen, promise_before__isnull=False, decided_at=None, closed_at=None)
    return list(moved.select_related("application").order_by("promise_due", "id")[:5])


def cases_awaiting_correction(subject_id: UUID) -> list[Case]:
    """Return the oldest three cases that wait for a correction by this subject."""
    return list(
        Case.objects.filter(application__applicant_id=subject_id, state=State.CORRECTION)
        .select_related("application", "department")
        .order_by("id")[:3]
    )
