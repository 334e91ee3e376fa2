"""ASK: who used somebody's data; whether the same use was noted already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.people.datauses.models import DataUse as DataUse
from tongban.people.datauses.models import Objection
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel
from tongban.people.organisation import queries as organisation

PAGE = 20
PUBLIC = "machine:licences.verify/public"
"""The actor of a check that somebody made without signing in."""


@dataclass(frozen=True)
class Filters:
    """What the reader narrows his list to: a month (`2026-11`), a department, a kind of use; his own left out."""

    month: str = ""
    department: UUID | None = None
    kind: str = ""
    with_own: bool = True


@dataclass(frozen=True)
class UseRow:
    """One line of 谁用过我的数据."""

    id: UUID
    at: datetime
    who: str
    department: str
    kind: str
    what: str
    source: str
    fields: list[str]
    case_number: str
    purpose: str
    entry_id: UUID
    objected: bool
    own: bool
    """The reader himself, or somebody who acted for him."""


@dataclass(frozen=True)
class UsePage:
    rows: list[UseRow]
    next: str


def uses_of(subject_id: UUID, *, filters: Filters, after: str = "") -> UsePage:
    """Uses of the subject's data, newest first, from a place in the list on; `next` is the place of the next page."""
    found = DataUse.objects.filter(_clause(subject_id, filters))
    if place := _read_place(after):
        found = found.filter(Q(at__lt=place[0]) | Q(at=place[0], id__lt=place[1]))
    uses = list(found.select_related("objection").order_by("-at", "-id")[: PAGE + 1])
    shown = uses[:PAGE]
    return UsePage(_rows(shown, subject_id), _place(shown[-1]) if len(uses) > PAGE else "")


def use_of(use_id: UUID, subject_ids: list[UUID]) -> UseRow:
    """One use of the data of one of the subjects; of anybody else's there is none."""
    use = DataUse.objects.select_related("objection").filter(id=use_id, subject_id__in=subject_ids).first()
    if use is None:
        raise NotFound("没有找到这条用数记录，请从“谁用过我的数据”里打开。")
    return _rows([use], use.subject_id)[0]


def departments_using(subject_id: UUID) -> list[tuple[UUID, str]]:
    """(id, name) of the departments that used the subject's data, for the filter."""
    ids = DataUse.objects.filter(subject_id=subject_id, department_id__isnull=False).order_by()
    used = set(ids.values_list("department_id", flat=True).distinct())
    return [(d.id, d.name) for d in organisation.departments() if d.id in used]


def department_of(use_id: UUID) -> UUID | None:
    """For which department the data was used."""
    return DataUse.objects.filter(id=use_id).values_list("department_id", flat=True).first()


def entries_about(subject_id: UUID, since: datetime, until: datetime, limit: int) -> list[UUID]:
    """The ledger's entries of uses of the subject's data, newest first."""
    uses = DataUse.objects.filter(subject_id=subject_id, at__gte=since, at__lt=until).order_by("-at", "-id")
    return list(uses.values_list("entry_id", flat=True)[:limit])


def noted_since(
    since: datetime, *, kind: str, actor: Actor, occasion: UUID, source: str = "", found: bool | None = None
) -> bool:
    """Whether this actor made the same use on the same occasion since the moment: then it needs no second row."""
    uses = _noted(since, kind, actor, occasion)
    if source:
        uses = uses.filter(source=source)
    if found is not None:
        uses = uses.exclude(fields=[]) if found else uses.filter(fields=[])
    return uses.exists()


def sources_since(since: datetime, *, kind: str, actor: Actor, occasion: UUID) -> set[str]:
    """From which sources the actor took data on the occasion since the moment."""
    return set(_noted(since, kind, actor, occasion).values_list("source", flat=True))


def _noted(since: datetime, kind: str, actor: Actor, occasion: UUID) -> "QuerySet[DataUse]":
    return DataUse.objects.filter(
        actor=actor.name_for_record, principal_id=actor.principal_id, at__gte=since, kind=kind, occasion=occasion
    )


def objections_by_id(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What each objection is about, in words and without anything personal."""
    found = Objection.objects.filter(id__in=list(ids)).select_related("use")
    return {
        one.id: f"{one.use.get_kind_display()}，{one.use.at.astimezone(clock.CITY_TIME):%Y-%m-%d %H:%M}"
        f"{f'，办件 {one.use.case_number}' if one.use.case_number else ''}"
        for one in found
    }


def _clause(subject_id: UUID, filters: Filters) -> Q:
    clause = Q(subject_id=subject_id)
    if filters.kind in DataUse.Kinds.values:
        clause &= Q(kind=filters.kind)
    if filters.department is not None:
        clause &= Q(department_id=filters.department)
    if span := month_span(filters.month):
        clause &= Q(at__gte=span[0], at__lt=span[1])
    return clause if filters.with_own else clause & ~_own(subject_id)


def _own(subject_id: UUID) -> Q:
    """The subject himself, or somebody who acts for it without being an officer; what a system takes is none."""
    himself = Q(actor=str(subject_id)) | Q(department_id__isnull=True, principal_id=subject_id)
    return himself & ~Q(channel=Channel.API)


def month_span(month: str) -> tuple[datetime, datetime] | None:
    """First and last moment of a month `2026-11` in the city's time, or None."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    if not 2000 <= first.year < 2200:  # nothing is older, and days at the ends of the calendar cannot be added to
        return None
    following = (first + timedelta(days=32)).replace(day=1)
    return tuple(datetime.combine(day, time(), clock.CITY_TIME) for day in (first, following))  # type: ignore[return-value]


def _place(use: DataUse) -> str:
    return f"{use.at.isoformat()}_{use.id}"


def _read_place(text: str) -> tuple[datetime, UUID] | None:
    moment, _, key = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(key)) if at.tzinfo else None
    except ValueError:
        return None


def _rows(uses: list[DataUse], subject_id: UUID) -> list[UseRow]:
    people = identity.display_names(_person(use.actor) for use in uses)
    departments = organisation.names_of(use.department_id for use in uses)
    return [
        UseRow(
            id=use.id,
            at=use.at,
            who=_who(use, subject_id, people),
            department=departments.get(use.department_id, "") if use.department_id else "",
            kind=use.kind,
            what=use.get_kind_display(),
            source=use.source,
            fields=use.fields,
            case_number=use.case_number,
            purpose=use.purpose,
            entry_id=use.entry_id,
            objected=hasattr(use, "objection"),
            own=_is_own(use, subject_id),
        )
        for use in uses
    ]


def _is_own(use: DataUse, subject_id: UUID) -> bool:
    acts_for = use.department_id is None and use.principal_id == subject_id
    return (use.actor == str(subject_id) or acts_for) and use.channel != Channel.API


def _who(use: DataUse, subject_id: UUID, people: dict[UUID, str]) -> str:
    person = _person(use.actor)
    if use.actor == PUBLIC:
        return "扫码或输入核验码的人（未登录）"
    if person is None:
        return "系统自动"
    name = people.get(person, "")
    if use.channel == Channel.API:
        return "您授权的系统" if use.principal_id == subject_id else f"{name}授权的系统"
    if person == subject_id:
        return "您本人"
    return f"工作人员 {name}" if use.department_id else name


def _person(actor: str) -> UUID | None:
    try:
        return UUID(actor)
    except ValueError:
        return None
