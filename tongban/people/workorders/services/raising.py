"""Raise a work order."""

import secrets
from contextlib import suppress
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.characters import visible
from tongban.foundation.city import city
from tongban.foundation.errors import Invalid, NotFound
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import events
from tongban.people.workorders.kinds import Kind, kind_to_raise
from tongban.people.workorders.models import WorkOrder
from tongban.people.workorders.rules import State, make_number

MAX_TEXT_LENGTH = 2000
"""The largest number of characters of a text in an order."""


@transaction.atomic
def raise_order(
    kind: str,
    *,
    text: str,
    actor: Actor,
    department_id: UUID | None = None,
    post_id: UUID | None = None,
    about: UUID | None = None,
) -> WorkOrder:
    """Raise an order with a post, or with the fitting post of a department. Raises Invalid or NotFound.

    `about` is the id of its subject. The answer goes to the subject in whose name the actor acts; the platform may also
    be the actor.
    """
    chosen = kind_to_raise(kind)
    words = required_text(text, "text", "请写明是什么事，别人看了就能办。")
    post = _post(chosen, department_id, post_id)
    now = clock.now()
    today = clock.legal_day(now)
    order = WorkOrder.objects.create(
        number=_free_number(today),
        kind=chosen.key,
        about=about,
        state=State.OPEN,
        post_id=post,
        raised_by_id=actor.subject_id,
        raised_for_id=actor.acting_for,
        raised_at=now,
        text=words,
        due_on=workdays.calendar().nth_workday(today, chosen.days),
    )
    event = events.OrderRaised(
        subject=order.id, number=order.number, kind=chosen.key, post=post, about=str(about) if about else ""
    )
    announce(event, actor=actor, at=now)
    return order


def required_text(text: str, field: str, sentence: str) -> str:
    """Return the stripped text. Raises Invalid with `sentence` if it is empty, or if it is too long."""
    words = visible(text)
    if not words:
        raise Invalid(sentence, field=field)
    if len(words) > MAX_TEXT_LENGTH:
        raise Invalid(f"写了 {len(words)} 个字，请精简到 {MAX_TEXT_LENGTH} 个字以内。", field=field)
    return words


def _post(kind: Kind, department_id: UUID | None, post_id: UUID | None) -> UUID:
    if post_id is not None:
        post = organisation.post(post_id)
        if post is None:
            raise NotFound("没有这个岗位，请重新选择。")
        return post.id
    if department_id is None:
        raise Invalid("请选择由哪个部门来办。", field="department")
    department = organisation.department(department_id)
    for wanted in (kind.post_kind, PostKind.HANDLER, PostKind.WINDOW, PostKind.HEAD):
        with suppress(NotFound):
            return organisation.post_of(department.id, wanted).id
    raise Invalid(f"这个部门还没有能接办的岗位，请选择别的部门，或拨打 {city().hotline}。", field="department")


def _free_number(day: date) -> str:
    """Return a free number, random within the day: consecutive ones would reveal how many are raised."""
    while True:
        number = make_number(day, secrets.randbelow(10_000_000))
        if not WorkOrder.objects.filter(number=number).exists():
            return number
