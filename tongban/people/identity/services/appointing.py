"""Appoint officers to posts, and end appointments."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.names import same_name
from tongban.people.identity import events, queries
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Account, Appointment, Offer, Subject
from tongban.people.identity.policies import STAFF, StaffTarget
from tongban.people.identity.services.accounts import close_account
from tongban.people.identity.services.authorising import authorise
from tongban.people.identity.services.offering import offer_post
from tongban.people.identity.services.posts import (
    authorise_staff,
    begin_appointment,
    holds,
    holds_any,
    subject_and_post,
)
from tongban.people.identity.services.registering import open_account, register_person
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.organisation.queries import Department, Post
from tongban.people.organisation.rules import PostKind


@transaction.atomic
def appoint(subject_id: UUID, *, post_id: UUID, stand_in_for: UUID | None = None, actor: Actor) -> Appointment:
    """Appoint a person to a post from today on. `stand_in_for` is the appointment that they cover (AB岗).

    Raises Conflict for a person with an account of their own: only the platform may appoint them without an offer.
    """
    subject, post = subject_and_post(subject_id, post_id)
    authorise_staff(post, subject_id, actor)
    if not actor.machine and queries.has_own_account(subject_id):
        raise Conflict("这个人有自己的账号，任职要本人同意，请发出任职邀请。")
    return begin_appointment(subject, post, stand_in_for=stand_in_for, actor=actor)


@transaction.atomic
def end_appointment(appointment_id: UUID, *, reason: str, actor: Actor) -> Appointment:
    """End an appointment and its stand-ins at once. Safe to repeat."""
    held = Appointment.objects.select_for_update(of=("self",)).select_related("post__department")
    appointment = held.filter(id=appointment_id).first()
    if appointment is None:
        raise NotFound("没有找到这项任职，请从人员列表里选择。")
    if appointment.until is not None:
        return appointment
    authorise_staff(appointment.post, appointment.subject_id, actor)
    now = clock.now()
    for ended in [appointment, *appointment.stand_ins.select_for_update().filter(until__isnull=True)]:
        ended.until = max(clock.legal_day(now), ended.from_day)
        ended.save(update_fields=["until"])
        event = events.AppointmentEnded(subject=ended.id, holder=str(ended.subject_id), post=str(ended.post_id))
        announce(event, actor=actor, at=now, reason=reason)
        _close_accounts_of_posts(ended.subject_id, actor)
    return appointment


def _close_accounts_of_posts(subject_id: UUID, actor: Actor) -> None:
    """Close accounts that were opened for a post and never became the person's own, once they hold no post."""
    if holds_any(subject_id):
        return
    for account in Account.objects.filter(subject_id=subject_id, is_active=True, own_from=None):
        close_account(account.id, reason="已离岗，为岗位开立的账号随之注销", actor=actor)


@transaction.atomic
def leave(
    subject_id: UUID, *, department_id: UUID, reason: str, successor_id: UUID | None = None, actor: Actor
) -> list[Appointment]:
    """End all of an officer's appointments at a department at once, and appoint a successor to the same posts.

    Open work belongs to posts and stays there. Rooms that subscribe to the event release what the officer had taken
    personally.
    """
    if not reason.strip():
        raise Invalid("请写明离岗的原因，例如“调动”“退休”。", field="reason")
    held = Appointment.objects.filter(subject_id=subject_id, post__department_id=department_id, until__isnull=True)
    leaving = list(held.order_by("from_day", "id"))
    if not leaving:
        raise NotFound("这个人在这个部门没有任职，不用办理离岗。")
    if successor_id == subject_id:
        raise Invalid("接替的人不能是本人，请选择另一位工作人员。", field="successor")
    for appointment in leaving:
        end_appointment(appointment.id, reason=reason.strip(), actor=actor)
        if successor_id and not appointment.stand_in_for_id and not holds(successor_id, appointment.post_id):
            appoint_or_offer(successor_id, post_id=appointment.post_id, actor=actor)
    return leaving


@transaction.atomic
def appoint_or_offer(subject_id: UUID, *, post_id: UUID, actor: Actor) -> Appointment | Offer:
    """Offer the post to somebody with an account of their own, unless the platform acts; otherwise appoint them."""
    if not actor.machine and queries.has_own_account(subject_id):
        return offer_post(subject_id, post_id=post_id, actor=actor)
    return appoint(subject_id, post_id=post_id, actor=actor)


@dataclass(frozen=True)
class AppointmentResult:
    """The appointment or the offer, and the account that was opened for the post, if one was needed."""

    person: Subject
    appointment: Appointment | None = None
    offer: Offer | None = None
    account: Account | None = None


@transaction.atomic
def take_on(
    *,
    post_id: UUID,
    name: str,
    number: str,
    login_name: str = "",
    actor: Actor,
) -> AppointmentResult:
    """Appoint somebody by the name and number on their document, and register them if they are new.

    Somebody with an account of their own gets an offer. For somebody without any account, one is opened for the post;
    the caller gives it an initial password.
    """
    post = organisation.post(post_id)
    if post is None:
        raise NotFound("没有找到这个岗位，请从岗位列表里选择。")
    person = queries.subject_by_number(number) or register_person(
        name=name, number=number, division_code=post.department.division_id, actor=actor
    )
    if not same_name(person.name, name):
        raise Invalid("姓名与这个号码的登记不一致，请对照证件核对姓名和号码。", field="name")
    made = appoint_or_offer(person.id, post_id=post_id, actor=actor)
    if isinstance(made, Offer):
        return AppointmentResult(person, offer=made)
    if queries.has_account(person.id):
        return AppointmentResult(person, appointment=made)
    if not login_name:
        raise Invalid("这个人还没有账号，请为他起一个账号名。", field="login_name")
    account = open_account(
        login_name,
        subject_id=person.id,
        encoded_password=make_password(None),
        for_post=True,
        actor=actor,
    )
    return AppointmentResult(person, appointment=made, account=account)


def check_manages(subject_id: UUID, *, department_id: UUID, actor: Actor) -> None:
    """Raise unless the actor may manage the person's post at the department; NotFound if they hold none there."""
    held = Appointment.objects.filter(subject_id=subject_id, post__department_id=department_id, until__isnull=True)
    appointment = held.select_related("post__department").first()
    if appointment is None:
        raise NotFound("这个人在这个部门没有任职，请从人员列表里选择。")
    authorise_staff(appointment.post, subject_id, actor)


@transaction.atomic
def open_post(department_id: UUID, *, kind: str, name: str, actor: Actor) -> Post:
    """Establish a post at a department, as somebody who manages its staff."""
    department = organisation.department(department_id)
    target = StaffTarget(department=department.id, division=department.division_id, kind=kind, person=None)
    authorise(STAFF, department.id, actor=actor, **target)
    return organisations.establish_post(department_id, kind=kind, name=name, actor=actor)


@transaction.atomic
def rename_department(department_id: UUID, *, name: str, short_name: str, reason: str, actor: Actor) -> Department:
    """Give a department its new name, as a system administrator of its region."""
    department = organisation.department(department_id)
    kind = PostKind.SYSTEM_ADMIN.value  # whose posts a head does not manage either
    target = StaffTarget(department=department.id, division=department.division_id, kind=kind, person=None)
    authorise(STAFF, department.id, actor=actor, **target)
    return organisations.rename_department(department_id, name=name, short_name=short_name, reason=reason, actor=actor)
