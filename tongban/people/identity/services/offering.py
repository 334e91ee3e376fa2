"""Offer a post to somebody who has an account of their own: it begins when they accept."""

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, NotAllowed, NotFound
from tongban.people.identity import events
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Appointment, Offer
from tongban.people.identity.services.posts import (
    AlreadyHeld,
    authorise_staff,
    begin_appointment,
    holds,
    subject_and_post,
)

OFFERED_FOR = timedelta(days=14)
"""An offer that nobody has answered after this long has lapsed."""
GONE = "这份任职邀请已经答复、撤回或过期，请联系邀请您的单位。"


@transaction.atomic
def offer_post(subject_id: UUID, *, post_id: UUID, actor: Actor) -> Offer:
    """Offer a post to somebody. If the same offer is still open, return it."""
    subject, post = subject_and_post(subject_id, post_id)
    authorise_staff(post, subject_id, actor)
    if actor.subject_id is None:
        raise NotAllowed("任职邀请由部门负责人或系统管理员发出。")
    if holds(subject_id, post_id):
        raise AlreadyHeld
    now = clock.now()
    open_one = Offer.objects.select_for_update().filter(subject=subject, post=post, answered_at=None).first()
    if open_one is not None and open_one.expires_at > now:
        return open_one
    if open_one is not None:
        _answer(open_one, Offer.Answers.WITHDRAWN, actor)
    try:
        with transaction.atomic():
            offer = Offer.objects.create(
                subject=subject,
                post=post,
                offered_by_id=actor.subject_id,
                offered_at=now,
                expires_at=now + OFFERED_FOR,
            )
    except IntegrityError:
        raise Conflict("刚刚已经有人邀请了这个人，请刷新页面。") from None
    announce(
        events.AppointmentOffered(subject=offer.id, holder=str(subject_id), post=str(post_id)), actor=actor, at=now
    )
    return offer


@transaction.atomic
def accept_offer(offer_id: UUID, *, actor: Actor) -> Appointment:
    """Accept the offer: the appointment begins today."""
    offer = _own_offer(offer_id, actor)
    subject, post = subject_and_post(offer.subject_id, offer.post_id)
    _answer(offer, Offer.Answers.ACCEPTED, actor)
    return begin_appointment(subject, post, actor=actor)


@transaction.atomic
def decline_offer(offer_id: UUID, *, actor: Actor) -> None:
    """Decline the offer."""
    _answer(_own_offer(offer_id, actor), Offer.Answers.DECLINED, actor)


@transaction.atomic
def withdraw_offer(offer_id: UUID, *, actor: Actor) -> None:
    """Withdraw the offer, as somebody who manages the post. An answered offer stays as it is."""
    offer = Offer.objects.select_for_update(of=("self",)).select_related("post__department").filter(id=offer_id).first()
    if offer is None:
        raise NotFound("没有找到这份任职邀请，请从人员列表里选择。")
    authorise_staff(offer.post, offer.subject_id, actor)
    if offer.answered_at is None:
        _answer(offer, Offer.Answers.WITHDRAWN, actor)


def _own_offer(offer_id: UUID, actor: Actor) -> Offer:
    """Return an open offer to the actor, who must use an account of their own and act in their own name."""
    if actor.subject_id is None or not actor.own or actor.acting_for != actor.subject_id:
        raise NotAllowed("任职邀请由本人用自己的账号答复。")
    offer = Offer.objects.select_for_update().filter(id=offer_id, subject_id=actor.subject_id).first()
    if offer is None:
        raise NotFound("没有找到这份任职邀请。")
    if offer.answered_at is not None or offer.expires_at <= clock.now():
        raise Conflict(GONE)
    return offer


def _answer(offer: Offer, answer: str, actor: Actor) -> None:
    offer.answer, offer.answered_at = answer, clock.now()
    offer.save(update_fields=["answer", "answered_at"])
    answered = events.OfferAnswered(
        subject=offer.id, holder=str(offer.subject_id), post=str(offer.post_id), answer=str(answer)
    )
    announce(answered, actor=actor, at=offer.answered_at)
