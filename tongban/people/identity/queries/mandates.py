"""ASK: by what right somebody acts for another person, and the mandates of either side."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from tongban.foundation import clock
from tongban.people.identity import rules
from tongban.people.identity.actors import Right
from tongban.people.identity.models import Mandate as Mandate
from tongban.people.identity.models import Representation, Subject
from tongban.people.identity.ports import family
from tongban.trust.crypto.masking import mask

PAGE = 10
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Identity:
    """A name in which a person may act: their firm's, or that of a principal who gave them a mandate."""

    key: str
    """The value that the switch posts: the organisation's id, or `m-` and the mandate's id."""
    name: str
    words: str
    """The right, in words for the reader."""


@dataclass(frozen=True)
class MandateLine:
    """A mandate as either side reads it. Persons' names are masked for the other side."""

    mandate: Mandate
    principal: str
    helper: str
    state: rules.MandateState
    ends_soon: bool


def right_of(mandate_id: UUID, helper_id: UUID) -> tuple[Right, Subject] | None:
    """Return the right that a mandate gives its helper now, and the principal; None where it is not in force.

    One query, and those of the registers for a guardian.
    """
    held = mandates_in_force(clock.legal_day(clock.now())).filter(id=mandate_id, helper_id=helper_id)
    mandate = held.select_related("principal").first()
    if mandate is None or not _guards(mandate):
        return None
    return right_by(mandate), mandate.principal


def identities_of(person_id: UUID) -> list[Identity]:
    """Return every name but their own in which the person may act. Two queries, however many there are.

    Those of the registers come on top for a guardian.
    """
    firms = Representation.objects.filter(person_id=person_id, ended_at=None).select_related("organisation")
    found = [
        Identity(str(firm.organisation_id), firm.organisation.name, "您是法定代表人")
        for firm in firms.order_by("since", "id")
    ]
    held = mandates_in_force(clock.legal_day(clock.now())).filter(helper_id=person_id).select_related("principal")
    mandates = list(held.order_by("granted_at", "id"))
    unregistered = _unregistered(mandates)
    for mandate in mandates:
        if mandate.id in unregistered:
            continue
        found.append(Identity(f"m-{mandate.id}", name_of(mandate.principal), right_words(mandate)))
    return found


def mandates_given(principal_id: UUID, *, page: int | str = 1, over: bool = False) -> "Page[MandateLine]":
    """Return the mandates by which others act for a subject, the newest first."""
    return _page(Mandate.objects.filter(principal_id=principal_id), page, over)


def mandates_held(helper_id: UUID, *, page: int | str = 1, over: bool = False) -> "Page[MandateLine]":
    """Return the mandates by which a person acts for others, the newest first."""
    return _page(Mandate.objects.filter(helper_id=helper_id), page, over)


def mandates_to_answer(person_id: UUID) -> list[MandateLine]:
    """Return what waits for the person's answer: mandates given to them, and guardians who want to act for them."""
    mine = Q(helper_id=person_id) & ~Q(kind=rules.GUARDIAN) | Q(principal_id=person_id, kind=rules.GUARDIAN)
    today = clock.legal_day(clock.now())
    rows = Mandate.objects.filter(mine, accepted_at=None, ended_at=None, until__gte=today)
    found = list(rows.select_related("principal", "helper").order_by("granted_at", "id"))
    return [_line(row, today) for row in found]


def mandate_between(mandate_id: UUID, person_ids: tuple[UUID | None, ...]) -> MandateLine | None:
    """Return a mandate, if one of the persons is a side of it."""
    sides = Q(principal_id__in=person_ids) | Q(helper_id__in=person_ids)
    row = Mandate.objects.filter(sides, id=mandate_id).select_related("principal", "helper").first()
    return _line(row, clock.legal_day(clock.now()), _unregistered([row])) if row else None


def children_to_claim(person_id: UUID) -> list[Subject]:
    """Return the person's children under eighteen, by the registers, for whom they have no open mandate yet."""
    today = clock.legal_day(clock.now())
    ids = family.get().children_of(person_id)
    held = Mandate.objects.filter(helper_id=person_id, kind=rules.GUARDIAN, ended_at=None, until__gte=today)
    claimed = set(held.values_list("principal_id", flat=True))
    rows = Subject.objects.filter(id__in=set(ids) - claimed, kind=Subject.Kinds.PERSON).order_by("id")
    minors = [(row.born, row) for row in rows if row.born and rules.is_minor(row.born, today)]
    return [row for _, row in sorted(minors, key=lambda minor: minor[0])]


def is_mandated_by(helper_id: UUID, principal_id: UUID) -> bool:
    """Return whether a mandate lets the helper act for the principal now."""
    working = mandates_in_force(clock.legal_day(clock.now())).filter(helper_id=helper_id, principal_id=principal_id)
    return any(_guards(mandate) for mandate in working)


def kinds_of_mandates(ids: Iterable[UUID]) -> dict[str, str]:
    """Return the kind of each mandate in words, by its id as text. One query."""
    rows = Mandate.objects.filter(id__in=set(ids)).values_list("id", "kind")
    return {str(mandate_id): rules.KIND_WORDS[rules.MandateKind(kind)] for mandate_id, kind in rows}


def name_of(subject: Subject) -> str:
    """Return a person's masked name, or an organisation's full one."""
    return mask("name", subject.name) if subject.kind == Subject.Kinds.PERSON else subject.name


def right_words(mandate: Mandate) -> str:
    """Return kind, scope, limit and last day of the mandate in one line."""
    parts = [rules.KIND_WORDS[rules.MandateKind(mandate.kind)]]
    if mandate.reach == rules.EVERYTHING:
        parts.append("全部事项" if mandate.kind == rules.AGENT else "日常事项")
    elif mandate.reach == rules.THEMES:
        parts.append("、".join(mandate.named[:3]) + (f"等 {len(mandate.named)} 类" if len(mandate.named) > 3 else ""))
    else:
        parts.append(f"指定的 {len(mandate.named)} 项")
    if mandate.most is not None:
        parts.append(f"每次不超过 {mandate.most.normalize():,f} 元")
    parts.append(f"到 {mandate.until:%Y-%m-%d}")
    return "，".join(parts)


def mandates_in_force(today: date) -> "QuerySet[Mandate]":
    """Return the mandates that are accepted, neither paused nor ended, and not past their last day."""
    return Mandate.objects.filter(accepted_at__isnull=False, paused_at=None, ended_at=None, until__gte=today)


def _guards(mandate: Mandate) -> bool:
    """Check the registers again for a guardian, since they may have changed."""
    return mandate.kind != rules.GUARDIAN or family.get().is_guardian_of(mandate.helper_id, mandate.principal_id)


def _unregistered(mandates: Sequence[Mandate]) -> set[UUID]:
    """Return the ids of the guardians' mandates whose child the registers no longer name. Asks once per guardian."""
    open_ones = [one for one in mandates if one.kind == rules.GUARDIAN and one.ended_at is None]
    children = {helper: set(family.get().children_of(helper)) for helper in {one.helper_id for one in open_ones}}
    return {one.id for one in open_ones if one.principal_id not in children[one.helper_id]}


def right_by(mandate: Mandate) -> Right:
    """Return the right that a mandate gives its helper."""
    return Right(mandate.id, mandate.kind, mandate.reach, frozenset(mandate.named), mandate.most)


def _page(rows: "QuerySet[Mandate]", page: int | str, over: bool) -> "Page[MandateLine]":
    today = clock.legal_day(clock.now())
    is_over = Q(ended_at__isnull=False) | Q(until__lt=today)
    rows = rows.filter(is_over if over else ~is_over).select_related("principal", "helper")
    found = Paginator(rows.order_by("-granted_at", "-id"), PAGE).get_page(page)
    shown = list(found.object_list)
    unregistered = _unregistered(shown)
    return Page(
        [_line(row, today, unregistered) for row in shown],
        found.number,
        cast("Paginator[MandateLine]", found.paginator),
    )


def _line(mandate: Mandate, today: date, unregistered: Collection[UUID] = ()) -> MandateLine:
    if mandate.ended_at is not None or mandate.until < today:
        state = rules.MandateState.OVER
    elif mandate.accepted_at is None:
        state = rules.MandateState.PENDING
    elif mandate.id in unregistered:
        state = rules.MandateState.UNREGISTERED
    else:
        state = rules.MandateState.PAUSED if mandate.paused_at else rules.MandateState.ACTIVE
    return MandateLine(
        mandate=mandate,
        principal=name_of(mandate.principal),
        helper=name_of(mandate.helper),
        state=state,
        ends_soon=state == rules.MandateState.ACTIVE and mandate.until <= today + SOON,
    )
