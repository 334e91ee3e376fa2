"""ASK: who used somebody's data, and whether a use was recorded already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from tongban.foundation import clock
from tongban.foundation.announcements.actors import rule_of
from tongban.foundation.announcements.gathering import is_new, waiting
from tongban.foundation.errors import NotFound
from tongban.foundation.prepared import fetch
from tongban.people.datauses.kinds import use_kinds
from tongban.people.datauses.models import DataUse as DataUse
from tongban.people.datauses.models import Objection
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel
from tongban.people.organisation import queries as organisation

PAGE = 20
PUBLIC = "licences.verify/public"
"""The rule under which the platform records a verification by somebody who is not signed in."""


@dataclass(frozen=True)
class Filters:
    """The filters of the list: a month (`2026-11`), a department, a kind, and whether own uses are included."""

    month: str = ""
    department: UUID | None = None
    kind: str = ""
    with_own: bool = True


@dataclass(frozen=True)
class UseRow:
    """One row of the page 谁用过我的数据."""

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
    """Whether the reader, or somebody who acted for them, used the data."""


@dataclass(frozen=True)
class UsePage:
    rows: list[UseRow]
    next: str


def uses_of(subject_id: UUID, *, filters: Filters, after: str = "") -> UsePage:
    """Return uses of the subject's data, the newest first, after a place in the list. `next` continues it."""
    found = DataUse.objects.filter(_clause(subject_id, filters))
    if place := _read_place(after):
        found = found.filter(Q(at__lt=place[0]) | Q(at=place[0], id__lt=place[1]))
    uses = list(found.select_related("objection").order_by("-at", "-id")[: PAGE + 1])
    shown = uses[:PAGE]
    return UsePage(_rows(shown, subject_id), _place(shown[-1]) if len(uses) > PAGE else "")


def use_of(use_id: UUID, subject_ids: list[UUID]) -> UseRow:
    """Return one use of the data of one of the subjects. Raises NotFound for anybody else's."""
    use = DataUse.objects.select_related("objection").filter(id=use_id, subject_id__in=subject_ids).first()
    if use is None:
        raise NotFound("没有找到这条用数记录，请从“谁用过我的数据”里打开。")
    return _rows([use], use.subject_id)[0]


def kinds() -> list[tuple[str, str]]:
    """Return (key, label) of all kinds of uses, for the filter."""
    return [(kind.key, kind.label) for kind in use_kinds]


def departments_using(subject_id: UUID) -> list[tuple[UUID, str]]:
    """Return (id, name) of the departments that used the subject's data, for the filter."""
    ids = DataUse.objects.filter(subject_id=subject_id, department_id__isnull=False).order_by()
    used = set(ids.values_list("department_id", flat=True).distinct())
    return [(d.id, d.name) for d in organisation.departments() if d.id in used]


def department_of(use_id: UUID) -> UUID | None:
    """Return the department for which the data was used."""
    return DataUse.objects.filter(id=use_id).values_list("department_id", flat=True).first()


def entries_about(subject_id: UUID, since: datetime, until: datetime, limit: int) -> list[UUID]:
    """Return the ledger's entries of uses of the subject's data, the newest first."""
    uses = DataUse.objects.filter(subject_id=subject_id, at__gte=since, at__lt=until).order_by("-at", "-id")
    return list(uses.values_list("entry_id", flat=True)[:limit])


def noted_since(
    since: datetime, *, kind: str, actor: Actor, occasion: UUID, source: str = "", found: bool | None = None
) -> bool:
    """Return whether the actor has recorded the same use on the occasion since then: it needs no second row."""
    return any(
        source in {"", noted} and found in {None, has_fields}
        for noted, has_fields in _noted(since, kind, actor, occasion)
    )


def sources_since(since: datetime, *, kind: str, actor: Actor, occasion: UUID) -> set[str]:
    """Return the sources from which the actor took data on the occasion since then."""
    return {source for source, _ in _noted(since, kind, actor, occasion)}


NOTED = """
SELECT source, fields <> '[]' FROM datauses_use
WHERE occasion = %s AND actor = %s AND principal_id IS NOT DISTINCT FROM %s AND kind = %s AND at >= %s
"""


def _noted(since: datetime, kind: str, actor: Actor, occasion: UUID) -> list[tuple[str, bool]]:
    """Return (source, whether there were fields) of each use of the kind that the actor has recorded since then.

    Uses that are to be saved at the end of the transaction count too. One query; none if the occasion is that new.
    """
    wanted = (occasion, actor.name_for_record, actor.principal_id, kind)
    found = [
        (use.source, bool(use.fields))
        for use in waiting(DataUse)
        if (use.occasion, use.actor, use.principal_id, use.kind) == wanted and use.at >= since
    ]
    return found if is_new(occasion) else [*found, *fetch(NOTED, [*wanted, since])]


def objections_by_id(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what each objection is about, in words without personal data."""
    found = Objection.objects.filter(id__in=list(ids)).select_related("use")
    return {
        one.id: f"{one.use.kind_label}，{one.use.at.astimezone(clock.CITY_TIME):%Y-%m-%d %H:%M}"
        f"{f'，办件 {one.use.case_number}' if one.use.case_number else ''}"
        for one in found
    }


def _clause(subject_id: UUID, filters: Filters) -> Q:
    clause = Q(subject_id=subject_id)
    if filters.kind in use_kinds:
        clause &= Q(kind=filters.kind)
    if filters.department is not None:
        clause &= Q(department_id=filters.department)
    if span := month_span(filters.month):
        clause &= Q(at__gte=span[0], at__lt=span[1])
    return clause if filters.with_own else clause & ~_own(subject_id)


def _own(subject_id: UUID) -> Q:
    """Return the condition for uses by the subject or by a non-officer acting for it, except through a system."""
    own = Q(actor=str(subject_id)) | Q(department_id__isnull=True, principal_id=subject_id)
    return own & ~Q(channel=Channel.API)


def month_span(month: str) -> tuple[datetime, datetime] | None:
    """Return the start of a month `2026-11` and of the next one, in the city's time, or None."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    if not 2000 <= first.year < 2200:  # date arithmetic fails at the ends of the calendar
        return None
    following = (first + timedelta(days=32)).replace(day=1)
    return clock.start_of(first), clock.start_of(following)


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
            what=use.kind_label,
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
    if rule_of(use.actor) == PUBLIC:
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
