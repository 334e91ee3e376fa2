"""Appoint officers to posts, and end appointments."""

from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.identity import events, queries
from tongban.foundation.identity.actors import Actor
from tongban.foundation.identity.models import Appointment, Subject
from tongban.foundation.identity.policies import STAFF
from tongban.foundation.identity.services.authorising import authorise
from tongban.foundation.identity.services.registering import open_account, register_person
from tongban.foundation.organisation import queries as organisation
from tongban.foundation.organisation import services as organisations
from tongban.foundation.organisation.queries import Post


class TwoAdministrators(Conflict):
    code = "two-administrators"
    message = "系统管理员、安全管理员、审计管理员必须由不同的人担任，请先结束这个人现在的管理员任职，或任命另一个人。"


@transaction.atomic
def appoint(subject_id: UUID, *, post_id: UUID, stand_in_for: UUID | None = None, actor: Actor) -> Appointment:
    """Appoint a person to a post from today on; `stand_in_for` is the appointment that he stands in for (AB岗)."""
    subject = Subject.objects.filter(id=subject_id, kind=Subject.Kinds.PERSON).first()
    post = organisation.post(post_id)
    if subject is None or post is None:
        raise NotFound("没有找到这个人或这个岗位，请先登记人员、设立岗位。")
    _authorise(post, subject_id, actor)
    if Appointment.objects.filter(subject=subject, post=post, until__isnull=True).exists():
        raise Conflict("这个人已在这个岗位上，不用再任命。")
    if stand_in_for is not None:
        first = Appointment.objects.filter(id=stand_in_for, post=post, until__isnull=True).first()
        if first is None or first.subject_id == subject_id or first.stand_in_for_id is not None:
            raise Invalid("请选择同一岗位上在任的另一位工作人员作为 A 岗。", field="stand_in_for")
    now = clock.now()
    try:
        with transaction.atomic():
            appointment = Appointment.objects.create(
                subject=subject,
                post=post,
                from_day=clock.legal_day(now),
                stand_in_for_id=stand_in_for,
                administers=post.kind if post.kind in Post.ADMINISTRATORS else "",
            )
    except IntegrityError as error:
        if "nobody_is_two_administrators" in str(error):
            raise TwoAdministrators from None
        raise Conflict("这个人已在这个岗位上，不用再任命。") from None
    announce(
        events.AppointmentMade(
            subject=appointment.id,
            holder=str(subject_id),
            post=str(post_id),
            stand_in_for=str(stand_in_for) if stand_in_for else "",
        ),
        actor=actor,
        at=now,
    )
    return appointment


@transaction.atomic
def end_appointment(appointment_id: UUID, *, reason: str, actor: Actor) -> Appointment:
    """End an appointment with this day; those who stand in for it end with it."""
    held = Appointment.objects.select_for_update(of=("self",)).select_related("post__department")
    appointment = held.filter(id=appointment_id).first()
    if appointment is None:
        raise NotFound("没有找到这项任职，请从人员列表里选择。")
    if appointment.until is not None:
        return appointment
    _authorise(appointment.post, appointment.subject_id, actor)
    now = clock.now()
    for ended in [appointment, *appointment.stand_ins.select_for_update().filter(until__isnull=True)]:
        ended.until = max(clock.legal_day(now), ended.from_day)
        ended.save(update_fields=["until"])
        event = events.AppointmentEnded(subject=ended.id, holder=str(ended.subject_id), post=str(ended.post_id))
        announce(event, actor=actor, at=now, reason=reason)
    return appointment


@transaction.atomic
def leave(
    subject_id: UUID, *, department_id: UUID, reason: str, successor_id: UUID | None = None, actor: Actor
) -> list[Appointment]:
    """End all that an officer holds at a department, in one act; a successor is appointed to the same posts.

    Open work belongs to posts and stays there; what he had taken personally is given back by the rooms that hear of it.
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
        if successor_id and not appointment.stand_in_for_id and not _holds(successor_id, appointment.post_id):
            appoint(successor_id, post_id=appointment.post_id, actor=actor)
    return leaving


@transaction.atomic
def take_on(
    *, post_id: UUID, name: str, number: str, login_name: str = "", password: str = "", actor: Actor
) -> Appointment:
    """Appoint somebody by name and number as they stand on the document; who has no account gets one."""
    post = organisation.post(post_id)
    if post is None:
        raise NotFound("没有找到这个岗位，请从岗位列表里选择。")
    person = queries.subject_by_number(number) or register_person(
        name=name, number=number.strip().upper(), division_code=post.department.division_id, actor=actor
    )
    if person.name != name.strip():
        raise Invalid("姓名与这个号码的登记不一致，请对照证件核对姓名和号码。", field="name")
    appointment = appoint(person.id, post_id=post_id, actor=actor)
    if not queries.has_account(person.id):
        if not login_name:
            raise Invalid("这个人还没有账号，请为他起一个账号名。", field="login_name")
        open_account(login_name, password=password, subject_id=person.id, actor=actor)
    return appointment


@transaction.atomic
def open_post(department_id: UUID, *, kind: str, name: str, actor: Actor) -> Post:
    """Establish a post at a department, by who manages its staff."""
    department = organisation.department(department_id)
    authorise(
        STAFF,
        department.id,
        actor=actor,
        department=department.id,
        division=department.division_id,
        kind=kind,
        person=None,
    )
    return organisations.establish_post(department_id, kind=kind, name=name, actor=actor)


def _holds(subject_id: UUID, post_id: UUID) -> bool:
    return Appointment.objects.filter(subject_id=subject_id, post_id=post_id, until__isnull=True).exists()


def _authorise(post: Post, person_id: UUID, actor: Actor) -> None:
    """The platform itself may appoint (a city is founded, data is taken over); persons by policy."""
    if not actor.machine:
        authorise(
            STAFF,
            post.id,
            actor=actor,
            department=post.department_id,
            division=post.department.division_id,
            kind=post.kind,
            person=person_id,
        )
