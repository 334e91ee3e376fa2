"""ASK: who somebody is, which posts they hold, and how their name may be shown."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.people.identity.actors import Actor, PostHeld
from tongban.people.identity.models import Account, Appointment, Representation
from tongban.people.identity.models import Mandate as Mandate
from tongban.people.identity.models import Offer as Offer
from tongban.people.identity.models import Subject as Subject
from tongban.people.identity.models import Visit as Visit
from tongban.people.identity.queries.mandates import Identity as Identity
from tongban.people.identity.queries.mandates import (
    MandateLine,
    children_to_claim,
    identities_of,
    is_mandated_by,
    kinds_of_mandates,
    mandate_between,
    mandates_given,
    mandates_held,
    mandates_to_answer,
    name_of,
    right_of,
    right_words,
)
from tongban.people.identity.rules import NUMBER_PURPOSE, PHONE_PURPOSE, is_minor
from tongban.trust.crypto.masking import mask
from tongban.trust.crypto.services import blind_indexes, is_index_of

__all__ = [
    "Account",
    "Holder",
    "Identity",
    "Mandate",
    "Offer",
    "MandateLine",
    "Subject",
    "Visit",
    "account_by_login_name",
    "account_for_post",
    "accounts_of",
    "accounts_for_posts",
    "citizen_of",
    "has_own_account",
    "is_own",
    "offers_at",
    "offers_to",
    "own_accounts",
    "has_phone_from_window",
    "account_by_number",
    "account_by_phone",
    "account_of",
    "account_by_name",
    "actor_of",
    "actor_of_subject",
    "children_to_claim",
    "departments_of",
    "display_names",
    "ever_employed_at",
    "has_account",
    "has_closed_account",
    "holders_at",
    "identities_of",
    "is_mandated_by",
    "kinds_of_mandates",
    "mandate_between",
    "mandates_given",
    "mandates_held",
    "mandates_to_answer",
    "may_act_for",
    "name_of",
    "officer_in",
    "officers_at",
    "officers_by_name",
    "open_visit",
    "represented_by",
    "represents",
    "right_of",
    "right_words",
    "subject",
    "subject_by_number",
    "subject_of_account",
    "with_representation",
]

log = logging.getLogger("tongban.identity")
_POST_HELD = ("post_id", "post__department_id", "post__kind", "post__department__division_id", "stand_in_for_id")
_FIRST_THEIRS = ("own_from", "opened_at", "id")
"""The order of somebody's own accounts. One opened for a post may be older, but became their own only later."""
LONGEST_VISIT = timedelta(hours=2)
"""A visit is over after this time even if the clerk did not end it."""


def subject_of_account(login_name: str) -> UUID:
    """Return the subject behind an account. Raises NotFound."""
    subject_id = Account.objects.filter(login_name=login_name).values_list("subject_id", flat=True).first()
    if subject_id is None:
        raise NotFound("没有这个账号，请检查账号名。")
    return subject_id


def account_by_login_name(login_name: str) -> Account | None:
    """Return the account with a login name, closed or not."""
    return Account.objects.filter(login_name=login_name).first()


def account_by_phone(phone: str) -> Account | None:
    """Return the account whose holder proved to have the phone (11 digits).

    An index that does not match the encrypted phone beside it was not written by the services: it finds nobody.
    """
    found = Account.objects.filter(phone_index__in=blind_indexes(phone, purpose=PHONE_PURPOSE)).first()
    if found is None or is_index_of(str(found.phone_index), found.phone or "", purpose=PHONE_PURPOSE):
        return found
    log.critical("account %s has the index of another phone than its own", found.id)
    return None


def account_by_number(number: str) -> Account | None:
    """Return the own account of the subject with this resident's number or credit code: the first that became theirs.

    Accounts opened for a post are left out, since whoever opened them knows the number too.
    """
    indexes = blind_indexes(number, purpose=NUMBER_PURPOSE)
    own = Account.objects.filter(subject__number_index__in=indexes, is_active=True, own_from__isnull=False)
    return own.order_by(*_FIRST_THEIRS).first()


def account_of(account_id: UUID | str) -> Account | None:
    """Return an account by its id."""
    return Account.objects.filter(id=account_id).first()


def actor_of(account: Account) -> Actor:
    """Return the account's subject with all posts held today, including those they stand in for. One query."""
    return replace(actor_of_subject(account.subject_id), account_id=account.id, own=is_own(account))


def is_own(account: Account) -> bool:
    """Return whether the account is the person's own now.

    An account opened for a post, or one whose binding does not count yet, is not. Only this and `citizen_of` decide
    what such an account opens.
    """
    return account.own_from is not None and account.own_from <= clock.now()


def citizen_of(account: Account, subject_id: UUID | None = None) -> Actor | None:
    """Return the account's person as a citizen, without posts, or None where the account may not act as one.

    It may not while it is closed, is not the person's own, or still has its initial password. `subject_id` is the
    subject for whom a token was issued: an account that has since been bound to somebody else cannot use the token.
    """
    in_force = account.is_active and account.initial_until is None and is_own(account)
    if not in_force or subject_id not in {None, account.subject_id}:
        return None
    return Actor(subject_id=account.subject_id, principal_id=account.subject_id, account_id=account.id)


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


def subject(subject_id: UUID) -> Subject:
    """Return a subject by its id. Names and numbers are unmasked; pages mask them. Raises NotFound."""
    found = Subject.objects.filter(id=subject_id).first()
    if found is None:
        raise NotFound("没有找到这个人或组织的登记，请先登记。")
    return found


def subject_by_number(number: str) -> Subject | None:
    """Return the subject with a resident's number or credit code."""
    return Subject.objects.filter(number_index__in=blind_indexes(number, purpose=NUMBER_PURPOSE)).first()


def display_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return names by id: masked for persons (fully for minors), in full for organisations. One query."""
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    today = clock.legal_day(clock.now())
    return {
        s.id: mask("name", s.name, minor=is_minor(s.born, today)) if s.kind == Subject.Kinds.PERSON else s.name
        for s in Subject.objects.filter(id__in=wanted).only("id", "kind", "name", "born")
    }


def represents(person_id: UUID, organisation_id: UUID) -> bool:
    """Return whether the person may act for the organisation now, as its legal representative."""
    return Representation.objects.filter(
        person_id=person_id, organisation_id=organisation_id, ended_at__isnull=True
    ).exists()


def represented_by(person_id: UUID) -> list[Subject]:
    """Return the organisations that the person represents now, the earliest first."""
    held = Representation.objects.filter(person_id=person_id, ended_at__isnull=True)
    return [held.organisation for held in held.select_related("organisation").order_by("since", "id")]


def may_act_for(actor: Actor, subject_id: UUID) -> bool:
    """Return whether the actor may act in the subject's name: their own, their firm's, or by a mandate."""
    if actor.subject_id is None or actor.is_officer:
        return False
    return (
        subject_id == actor.subject_id
        or represents(actor.subject_id, subject_id)
        or is_mandated_by(actor.subject_id, subject_id)
    )


def with_representation(ids: Iterable[UUID | None]) -> dict[UUID, Subject]:
    """Return subjects by id, annotated with `represents` (a firm) and `helps` (by a mandate). One query."""
    held = Representation.objects.filter(person_id=OuterRef("id"), ended_at__isnull=True)
    mandates = Mandate.objects.filter(helper_id=OuterRef("id"), ended_at=None, accepted_at__isnull=False)
    found = Subject.objects.filter(id__in=[i for i in ids if i is not None]).annotate(
        represents=Exists(held), helps=Exists(mandates)
    )
    return {subject.id: subject for subject in found}


def open_visit(clerk_id: UUID) -> Visit | None:
    """Return the visit that the clerk serves now."""
    since = clock.now() - LONGEST_VISIT
    current = Visit.objects.filter(clerk_id=clerk_id, ended_at__isnull=True, began_at__gte=since)
    return current.select_related("present", "applicant").first()


def account_by_name(login_name: str) -> UUID | None:
    """Return the subject behind a login name, or None."""
    return Account.objects.filter(login_name=login_name).values_list("subject_id", flat=True).first()


def ever_employed_at(department_id: UUID) -> list[UUID]:
    """Return the subjects who hold or held a post at the department."""
    held = Appointment.objects.filter(post__department_id=department_id)
    return list(held.order_by("subject_id").values_list("subject_id", flat=True).distinct())


def officers_by_name(name: str) -> list[UUID]:
    """Return the subjects with a full name who hold or held a post. Names are encrypted, so all officers are read."""
    officers = Subject.objects.filter(Exists(Appointment.objects.filter(subject=OuterRef("pk")))).only("id", "name")
    return [officer.id for officer in officers.iterator() if officer.name == name]


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
    `cases.queries.officer_for`."""
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


def has_account(subject_id: UUID) -> bool:
    """Return whether somebody has any open account."""
    return Account.objects.filter(subject_id=subject_id, is_active=True).exists()


def has_own_account(subject_id: UUID) -> bool:
    """Return whether somebody has an open account of their own, including one whose binding does not count yet."""
    return Account.objects.filter(subject_id=subject_id, is_active=True, own_from__isnull=False).exists()


def accounts_of(subject_id: UUID) -> list[Account]:
    """Return every open account of somebody, whoever opened it."""
    return list(Account.objects.filter(subject_id=subject_id, is_active=True).order_by("opened_at", "id"))


def own_accounts(subject_id: UUID) -> list[Account]:
    """Return the accounts that are somebody's own, in the order in which they became so."""
    own = Account.objects.filter(subject_id=subject_id, is_active=True, own_from__isnull=False)
    return list(own.order_by(*_FIRST_THEIRS))


def account_for_post(subject_id: UUID) -> Account | None:
    """Return the open account that was opened for somebody's post and is not their own."""
    return Account.objects.filter(subject_id=subject_id, is_active=True, own_from=None).order_by("-opened_at").first()


def accounts_for_posts(subject_ids: Iterable[UUID]) -> dict[UUID, Account]:
    """Do the same for several subjects, in one query."""
    found = Account.objects.filter(subject_id__in=list(subject_ids), is_active=True, own_from=None)
    return {account.subject_id: account for account in found.order_by("opened_at")}


def offers_to(subject_id: UUID) -> list[Offer]:
    """Return the offers of posts that wait for somebody's answer, the newest first."""
    waiting = Offer.objects.filter(subject_id=subject_id, answered_at=None, expires_at__gt=clock.now())
    return list(waiting.select_related("post__department").order_by("-offered_at", "id")[:50])


def offers_at(department_id: UUID) -> list[Offer]:
    """Return a department's unanswered offers, including those that lapsed within 30 days."""
    since = clock.now() - timedelta(days=30)
    waiting = Offer.objects.filter(post__department_id=department_id, answered_at=None, expires_at__gt=since)
    return list(waiting.select_related("post", "subject").order_by("-offered_at", "id")[:50])


def has_phone_from_window(subject_id: UUID) -> bool:
    """Return whether the clerk of their first visit registered somebody, so that the clerk also typed their phone."""
    return Visit.objects.filter(present_id=subject_id, registered=True).exists()


def has_closed_account(subject_id: UUID) -> bool:
    """Return whether somebody had accounts and all of them are closed."""
    return set(Account.objects.filter(subject_id=subject_id).values_list("is_active", flat=True)) == {False}
