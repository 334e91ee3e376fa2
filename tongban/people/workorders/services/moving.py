"""The moves of a work order. Each locks the order, checks the rules, writes and announces."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.foundation.workdays import queries as workdays
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.workorders import access, events
from tongban.people.workorders.kinds import kind_of
from tongban.people.workorders.models import Note, WorkOrder
from tongban.people.workorders.policies import FOLLOW, LOOK_INTO
from tongban.people.workorders.rules import State, check_can_move
from tongban.people.workorders.services.raising import required_text


@transaction.atomic
def take(order_id: UUID, *, actor: Actor) -> WorkOrder:
    """Take the order, as an officer of the responsible post or the head. They are responsible from now on."""
    order = _locked(order_id, actor)
    _move(order, State.TAKEN, access.acts_of(order, actor).take)
    order.taken_by_id = actor.subject_id
    order.save(update_fields=["state", "taken_by"])
    announce(events.OrderTaken(subject=order.id, number=order.number), actor=actor, at=clock.now())
    return order


@transaction.atomic
def transfer(order_id: UUID, *, post_id: UUID, reason: str, actor: Actor) -> WorkOrder:
    """Transfer the order to another post, with a reason. The due day stays."""
    order = _locked(order_id, actor)
    words = required_text(reason, "reason", "请写明为什么转交，接办的人会看到。")
    post = organisation.post(post_id)
    if post is None:
        raise NotFound("没有这个岗位，请重新选择转交给谁。")
    if post.id == order.post_id:
        raise Invalid("工单已经在这个岗位，请选择别的岗位。", field="post")
    _move(order, State.HANDED_ON, access.acts_of(order, actor).transfer)
    before = order.post_id
    order.post, order.taken_by = post, None
    order.save(update_fields=["state", "post", "taken_by"])
    event = events.OrderHandedOn(subject=order.id, number=order.number, from_post=before, to_post=post.id)
    announce(event, actor=actor, at=clock.now(), reason=words)
    return order


@transaction.atomic
def add_note(order_id: UUID, *, text: str, internal: bool = False, actor: Actor) -> Note:
    """Add a note. An officer's note may be internal; a note of the person who raised the order never is."""
    order = _locked(order_id, actor)
    words = required_text(text, "note", "请写下要补充的内容。")
    if not access.acts_of(order, actor).note:
        raise Conflict("这张工单已经答复或结束，不能再补充。对答复不满意，可以申请重新办理。")
    if actor.subject_id is None:
        raise NotAllowed("只有人可以补充说明。")
    now = clock.now()
    hidden = internal and access.is_allowed(LOOK_INTO, order, actor)
    note = Note.objects.create(order=order, by_id=actor.subject_id, at=now, internal=hidden, text=words)
    event = events.OrderNoted(subject=order.id, number=order.number, note=note.id, internal=hidden)
    announce(event, actor=actor, at=now)
    return note


@transaction.atomic
def answer(order_id: UUID, *, outcome: str, text: str, actor: Actor) -> WorkOrder:
    """Answer with one of the kind's outcomes and a text for the person who raised it."""
    order = _locked(order_id, actor)
    if outcome not in kind_of(order.kind).outcomes:
        raise Invalid("请选择办理结果。", field="outcome")
    words = required_text(text, "answer", "请写明怎么办的、结果如何，反映人会看到。")
    _move(order, State.ANSWERED, access.acts_of(order, actor).answer)
    now = clock.now()
    order.outcome, order.answer, order.answered_at = outcome, words, now
    order.save(update_fields=["state", "outcome", "answer", "answered_at"])
    announce(events.OrderAnswered(subject=order.id, number=order.number, outcome=outcome), actor=actor, at=now)
    return order


@transaction.atomic
def close(order_id: UUID, *, actor: Actor) -> WorkOrder:
    """Accept the answer, as the person who raised it. An officer closes what the platform raised."""
    order = _locked(order_id, actor)
    _move(order, State.CLOSED, access.acts_of(order, actor).close)
    return _end(order, events.OrderClosed(subject=order.id, number=order.number), actor)


@transaction.atomic
def reopen(order_id: UUID, *, reason: str, actor: Actor) -> WorkOrder:
    """Reject the answer, as the person who raised it: once, with a reason. The due day is new."""
    order = _locked(order_id, actor)
    words = required_text(reason, "reason", "请写明对答复哪里不满意，工作人员会接着办。")
    if access.is_allowed(FOLLOW, order, actor) and order.reopened_at:
        raise Conflict(f"这张工单已经重新办理过一次，不能再申请。还有问题，请拨打 {city().hotline}。")
    _move(order, State.REOPENED, access.acts_of(order, actor).reopen)
    now = clock.now()
    order.due_before = None
    order.due_on = workdays.calendar().nth_workday(clock.legal_day(now), kind_of(order.kind).days)
    order.reopened_at, order.escalated_at, order.ended_at, order.taken_by = now, None, None, None
    order.save(update_fields=["state", "due_on", "due_before", "reopened_at", "escalated_at", "ended_at", "taken_by"])
    announce(events.OrderReopened(subject=order.id, number=order.number), actor=actor, at=now, reason=words)
    return order


@transaction.atomic
def withdraw(order_id: UUID, *, reason: str = "", actor: Actor) -> WorkOrder:
    """Withdraw the order, as the person who raised it."""
    order = _locked(order_id, actor)
    _move(order, State.WITHDRAWN, access.acts_of(order, actor).withdraw)
    return _end(order, events.OrderWithdrawn(subject=order.id, number=order.number), actor, reason=reason.strip())


def _locked(order_id: UUID, actor: Actor) -> WorkOrder:
    """Lock and return the order. Raises NotFound for those who may not see it."""
    found = WorkOrder.objects.select_for_update(of=("self",)).select_related("post").filter(id=order_id).first()
    if found is None or not access.may_see(found, actor):
        raise NotFound("没有找到这张工单，请从工单列表里打开。")
    return found


def _move(order: WorkOrder, target: State, allowed: bool) -> None:
    check_can_move(State(order.state), target)
    if not allowed:
        raise NotAllowed("这一步不归您办。请由责任岗位先接办，或由反映人自己操作。")
    order.state = target


def _end(order: WorkOrder, event: Event, actor: Actor, *, reason: str = "") -> WorkOrder:
    now: datetime = clock.now()
    order.ended_at = now
    order.save(update_fields=["state", "ended_at"])
    announce(event, actor=actor, at=now, reason=reason)
    return order
