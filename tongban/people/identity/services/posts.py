"""What appointing and offering share: who may do it, and how an appointment begins."""

from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.people.identity import events
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Appointment, Subject
from tongban.people.identity.policies import STAFF, StaffTarget
from tongban.people.identity.services.authorising import authorise
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Post
from tongban.people.organisation.rules import ADMINISTRATORS


class TwoAdministrators(Conflict):
    code = "two-administrators"
    message = "系统管理员、安全管理员、审计管理员必须由不同的人担任，请先结束这个人现在的管理员任职，或任命另一个人。"


class AlreadyHeld(Conflict):
    message = "这个人已在这个岗位上，不用再任命。"


def subject_and_post(subject_id: UUID, post_id: UUID) -> tuple[Subject, Post]:
    """Return the person and the post with these ids. Raises NotFound."""
    subject = Subject.objects.filter(id=subject_id, kind=Subject.Kinds.PERSON).first()
    post = organisation.post(post_id)
    if subject is None or post is None:
        raise NotFound("没有找到这个人或这个岗位，请先登记人员、设立岗位。")
    return subject, post


def holds(subject_id: UUID, post_id: UUID) -> bool:
    """Return whether somebody holds the post."""
    return Appointment.objects.filter(subject_id=subject_id, post_id=post_id, until__isnull=True).exists()


def holds_any(subject_id: UUID) -> bool:
    """Return whether somebody holds any post."""
    return Appointment.objects.filter(subject_id=subject_id, until__isnull=True).exists()


def begin_appointment(subject: Subject, post: Post, *, actor: Actor, stand_in_for: UUID | None = None) -> Appointment:
    """Begin the appointment. The caller has checked that the actor may do so."""
    subject_id, post_id = subject.id, post.id
    if holds(subject_id, post_id):
        raise AlreadyHeld
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
                administers=post.kind if post.kind in ADMINISTRATORS else "",
            )
    except IntegrityError as error:
        if "nobody_is_two_administrators" in str(error):
            raise TwoAdministrators from None
        raise AlreadyHeld from None
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


def authorise_staff(post: Post, person_id: UUID, actor: Actor) -> None:
    """Raise unless the actor may manage the post: by policy, or as the platform itself (e.g. when data is imported)."""
    if not actor.machine:
        division = post.department.division_id
        target = StaffTarget(department=post.department_id, division=division, kind=post.kind, person=person_id)
        authorise(STAFF, post.id, actor=actor, **target)
