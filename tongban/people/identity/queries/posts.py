"""Who holds which posts, who acts with them, and which posts are offered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.names import same_name
from tongban.people.identity.actors import Actor, PostHeld
from tongban.people.identity.models import Account, Appointment, Offer, Subject
from tongban.people.identity.queries.accounts import is_own
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department

_POST_HELD = ("post_id", "post__department_id", "post__kind", "post__department__division_id", "stand_in_for_id")


def actor_of(account: Account) -> Actor:
    """Return the account's subject with all posts held today, including those they stand in for. One query."""
    return replace(actor_of_subject(account.subject_id), account_id=account.id, own=is_own(account))


def actor_of_subject(subject_id: UUID) -> Actor:
    """Return the subject as an actor with the posts they hold today."""
    current = _current(clock.legal_day(clock.now())).filter(subject_id=subject_id)
    rows = current.order_by("from_day", "id").values_list(*_POST_HELD)
    posts = tuple(
        PostHeld(
            post_id=post_id,
            department_id=department_id,
            kind=kind,
            division_code=division_code,
            as_stand_in=stand_in_for is not None,
        )
        for post_id, department_id, kind, division_code, stand_in_for in rows
    )
    return Actor(subject_id=subject_id, principal_id=subject_id, posts=posts)


def ever_employed_at(department_id: UUID) -> list[UUID]:
    """Return the subjects who hold or held a post at the department."""
    held = Appointment.objects.filter(post__department_id=department_id)
    return list(held.order_by("subject_id").values_list("subject_id", flat=True).distinct())


def officers_by_name(name: str) -> list[UUID]:
    """Return the subjects with a full name who hold or held a post. Names are encrypted, so all officers are read."""
    officers = Subject.objects.filter(Exists(Appointment.objects.filter(subject=OuterRef("pk")))).only("id", "name")
    return [officer.id for officer in officers.iterator() if same_name(officer.name, name)]


def departments_of(subject_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return for each officer the department of their latest appointment."""
    held = Appointment.objects.filter(subject_id__in=set(subject_ids)).order_by("from_day", "id")
    return dict(held.values_list("subject_id", "post__department_id"))


def officers_at(department_id: UUID, kind: str | None = None) -> list[UUID]:
    """Return the subjects who hold a post (of the kind) at the department today, stand-ins last."""
    held = _current(clock.legal_day(clock.now())).filter(post__department_id=department_id)
    if kind:
        held = held.filter(post__kind=kind)
    rows = sorted(held.values_list("stand_in_for", "from_day", "id", "subject_id"), key=lambda r: (bool(r[0]), *r[1:3]))
    return list(dict.fromkeys(row[3] for row in rows))


def officer_in(department_id: UUID, kind: str) -> Actor:
    """Return one officer with a post of the kind at the department. Raises NotFound. For steps of cases, use
    `cases.testing.officer_for`."""
    officers = officers_at(department_id, kind)
    if not officers:
        raise NotFound("这个部门的这一类岗位现在没有人任职，请先任命工作人员。")
    return actor_of_subject(officers[0])


def _current(day: date) -> QuerySet[Appointment]:
    """Return the appointments in force on a day. A stand-in's is, only while the appointment it covers is.

    An appointment ends at once: it is not in force on its last day.
    """

    def holds(prefix: str) -> Q:
        return Q(**{f"{prefix}from_day__lte": day}) & (
            Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": day})
        )

    return Appointment.objects.filter(holds("")).filter(Q(stand_in_for__isnull=True) | holds("stand_in_for__"))


@dataclass(frozen=True)
class Holder:
    """Somebody who holds a post today. Officers' names are not masked for those who manage them."""

    appointment_id: UUID
    subject_id: UUID
    name: str
    since: date
    stands_in_for: str = ""


def holders_at(department_id: UUID) -> dict[UUID, list[Holder]]:
    """Return the holders of a department's posts today, by post, stand-ins last. One query."""
    held = _current(clock.legal_day(clock.now())).filter(post__department_id=department_id)
    found: dict[UUID, list[Holder]] = {}
    for a in held.select_related("subject", "stand_in_for__subject").order_by(
        F("stand_in_for").asc(nulls_first=True), "from_day", "id"
    ):
        first = a.stand_in_for.subject.name if a.stand_in_for else ""
        holder = Holder(a.id, a.subject_id, a.subject.name, a.from_day, first)
        found.setdefault(a.post_id, []).append(holder)
    return found


def offers_to(subject_id: UUID) -> list[Offer]:
    """Return the offers of posts that wait for somebody's answer, the newest first."""
    waiting = Offer.objects.filter(subject_id=subject_id, answered_at=None, expires_at__gt=clock.now())
    return list(waiting.select_related("post__department").order_by("-offered_at", "id")[:50])


class StaffGaps(NamedTuple):
    """What is open about the posts of some departments."""

    vacant: int
    """Posts that nobody holds today."""
    offers: int
    """Offers of posts that wait for an answer."""


def gaps_at(departments: QuerySet[Department]) -> StaffGaps:
    """Return what is open about the posts of these departments."""
    places = departments.order_by().values("id")
    held = _current(clock.legal_day(clock.now())).values("post_id")
    vacant = organisation.all_posts().filter(department__in=places).exclude(id__in=held)
    waiting = Offer.objects.filter(answered_at=None, expires_at__gt=clock.now(), post__department__in=places)
    return StaffGaps(vacant.count(), waiting.count())


def kinds_held() -> set[tuple[UUID, str]]:
    """Return (department, kind of post) of every post that somebody holds today. One query."""
    held = _current(clock.legal_day(clock.now()))
    return set(held.values_list("post__department_id", "post__kind").distinct())


def offers_at(department_id: UUID) -> list[Offer]:
    """Return a department's unanswered offers, including those that lapsed within 30 days."""
    since = clock.now() - timedelta(days=30)
    waiting = Offer.objects.filter(post__department_id=department_id, answered_at=None, expires_at__gt=since)
    return list(waiting.select_related("post", "subject").order_by("-offered_at", "id")[:50])
