"""What happens to mandates (授权) after they are given: either side answers, changes and ends them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.people.identity import events, queries, rules
from tongban.people.identity.actors import Actor, Channel, machine
from tongban.people.identity.models import Mandate
from tongban.people.identity.queries.mandates import mandates_in_force, right_by

NOT_FOUND = "没有找到这项授权，可能已经取消，请在“授权管理”里查看。"

CONFIRM_WITHIN = timedelta(days=30)
"""How long an agent's mandate waits for a new legal representative before it ends."""

MAX_NAMED = 60


@dataclass(frozen=True)
class MandateScope:
    """What a mandate covers: everything, themes, or listed services (item codes and bundle keys)."""

    reach: str
    named: tuple[str, ...] = ()
    most: Decimal | None = None
    """The largest amount of one application in yuan; None means no limit."""


@transaction.atomic
def accept(mandate_id: UUID, *, actor: Actor, confirmed: rules.ConfirmedBy = rules.ConfirmedBy.NOT_NEEDED) -> Mandate:
    """Accept the mandate as its other side: the helper, or a child from eight on; at a window, the person present.

    `confirmed` is how a family helper proved who they are on their own device.
    """
    mandate = _locked(mandate_id)
    if _other_side(mandate) != _who(actor):
        raise NotFound(NOT_FOUND)
    if mandate.accepted_at is not None:
        return mandate
    if mandate.until < clock.legal_day(clock.now()):
        raise Conflict("这项授权已经过了截止日期，不能再接受。需要的话请对方重新授权。")
    if mandate.kind == rules.FAMILY and actor.channel != Channel.WINDOW and not confirmed:
        raise Conflict("接受亲情代办要先确认是您本人：做一次人脸核验，或带身份证到服务窗口确认。")
    return accept_now(mandate, actor=in_person(actor), confirmed=confirmed)


@transaction.atomic
def decline(mandate_id: UUID, *, actor: Actor) -> None:
    """Decline the mandate as its other side. It ends without ever having been in force."""
    mandate = _locked(mandate_id)
    if _other_side(mandate) != _who(actor):
        raise NotFound(NOT_FOUND)
    if mandate.accepted_at is not None:
        raise Conflict("您已经接受了这项授权；不想再代办，请点“不再代办”。")
    end_mandate(mandate, rules.Ending.DECLINED, actor=in_person(actor))


@transaction.atomic
def revoke(mandate_id: UUID, *, actor: Actor) -> None:
    """End the mandate at once, as either side: the helper's next request is refused. Safe to repeat."""
    mandate = Mandate.objects.select_for_update().filter(id=mandate_id).first()
    if mandate is None:
        raise NotFound(NOT_FOUND)
    if _is_principal(mandate, actor):
        because = rules.Ending.PRINCIPAL
    elif mandate.helper_id == _who(actor):
        because = rules.Ending.HELPER
    else:
        raise NotFound(NOT_FOUND)
    if mandate.ended_at is None:
        end_mandate(mandate, because, actor=replace(actor, right=None))


@transaction.atomic
def change(mandate_id: UUID, *, scope: MandateScope, until: date, actor: Actor) -> Mandate:
    """Change the scope, the largest amount or the last day, as the principal."""
    mandate = _locked(mandate_id)
    if not _is_principal(mandate, actor) or mandate.kind == rules.GUARDIAN:
        raise NotFound(NOT_FOUND)
    check_scope(mandate.kind, scope, until)
    mandate.reach, mandate.named, mandate.most, mandate.until = scope.reach, list(scope.named), scope.most, until
    mandate.save(update_fields=["reach", "named", "most", "until"])
    announce_mandate(events.MandateChanged, mandate, actor=actor, at=clock.now())
    return mandate


@transaction.atomic
def confirm(mandate_id: UUID, *, actor: Actor) -> Mandate:
    """Keep an agent of the predecessor, as the new legal representative."""
    mandate = _locked(mandate_id)
    if not _is_principal(mandate, actor):
        raise NotFound(NOT_FOUND)
    if mandate.paused_at is not None:
        mandate.paused_at = None
        mandate.save(update_fields=["paused_at"])
        announce_mandate(events.MandateConfirmed, mandate, actor=actor, at=clock.now())
    return mandate


def pause_agents(organisation_id: UUID, *, at: datetime, actor: Actor) -> None:
    """Pause the organisation's agents until its new legal representative confirms them. In the caller's transaction."""
    open_ones = Mandate.objects.select_for_update().filter(
        principal_id=organisation_id, kind=rules.AGENT, ended_at=None, paused_at=None
    )
    for mandate in open_ones:
        mandate.paused_at = at
        mandate.save(update_fields=["paused_at"])
        announce_mandate(events.MandatePaused, mandate, actor=actor, at=at)


def check_right_holds(actor: Actor) -> None:
    """Raise MandateOver if the actor's mandate has ended or changed since the request began. Needs a transaction.

    The row of the mandate stays locked, so that a revocation waits for the end of the transaction.
    """
    if actor.right is None:
        return
    rows = mandates_in_force(clock.legal_day(clock.now())).select_for_update(no_key=True)
    mandate = rows.filter(id=actor.right.mandate_id, helper_id=actor.subject_id).first()
    if mandate is None or mandate.principal_id != actor.principal_id or right_by(mandate) != actor.right:
        raise rules.MandateOver


@transaction.atomic
def end_lapsed_mandates() -> int:
    """End mandates after their last day, and those not confirmed within `CONFIRM_WITHIN`; return how many.

    They are no longer in force anyway: this only records it.
    """
    now = clock.now()
    ended = 0
    past = Mandate.objects.select_related("principal").filter(ended_at=None, until__lt=clock.legal_day(now))
    for mandate in past.select_for_update(of=("self",)):
        of_age = mandate.kind == rules.GUARDIAN and not rules.is_minor(mandate.principal.born, clock.legal_day(now))
        because = rules.Ending.GUARDIANSHIP if of_age else rules.Ending.LAPSED
        end_mandate(mandate, because, actor=machine("mandates/1"))
        ended += 1
    for mandate in Mandate.objects.select_for_update().filter(ended_at=None, paused_at__lt=now - CONFIRM_WITHIN):
        end_mandate(mandate, rules.Ending.UNCONFIRMED, actor=machine("mandates/1"))
        ended += 1
    return ended


def check_scope(kind: str, scope: MandateScope, until: date) -> None:
    """Raise Invalid, naming the field, for a scope or a last day that a mandate of the kind cannot have."""
    today = clock.legal_day(clock.now())
    if scope.reach not in {rules.EVERYTHING, rules.THEMES, rules.ITEMS}:
        raise Invalid("请选择授权范围：全部事项、按主题，或指定事项。", field="reach")
    if scope.reach != rules.EVERYTHING and not scope.named:
        raise Invalid("请至少选择一项，或改为全部事项。", field="named")
    if len(scope.named) > MAX_NAMED:
        raise Invalid(f"最多指定 {MAX_NAMED} 项；更多时请按主题授权。", field="named")
    if scope.most is not None and scope.most <= 0:
        raise Invalid("金额上限要大于 0；不限金额请留空。", field="most")
    if until < today:
        raise Invalid("截止日期不能早于今天。", field="until")
    latest = rules.latest_end(kind, today)
    if until > latest:
        raise Invalid(f"这种授权最长到 {latest:%Y-%m-%d}，到期可以再授权。", field="until")


def accept_now(mandate: Mandate, *, actor: Actor, confirmed: rules.ConfirmedBy) -> Mandate:
    """Record that the other side accepts the mandate."""
    mandate.accepted_at = clock.now()
    mandate.save(update_fields=["accepted_at"])
    announce_mandate(events.MandateAccepted, mandate, actor=actor, at=mandate.accepted_at, confirmed=confirmed)
    return mandate


def end_mandate(mandate: Mandate, because: rules.Ending, *, actor: Actor) -> None:
    """End the mandate now, for a reason."""
    mandate.ended_at, mandate.ended_because = clock.now(), because
    mandate.save(update_fields=["ended_at", "ended_because"])
    announce_mandate(events.MandateEnded, mandate, actor=actor, at=mandate.ended_at, because=because)


def _locked(mandate_id: UUID) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(id=mandate_id, ended_at=None).first()
    if mandate is None:
        raise NotFound(NOT_FOUND)
    return mandate


def _who(actor: Actor) -> UUID | None:
    """Return whose own act it is: the actor's, or at a window that of the person present."""
    return actor.principal_id if actor.channel == Channel.WINDOW else actor.subject_id


def in_person(actor: Actor) -> Actor:
    """Return the actor in their own name; at a window, in the name of the person present."""
    return actor if actor.channel == Channel.WINDOW else replace(actor, principal_id=actor.subject_id, right=None)


def _other_side(mandate: Mandate) -> UUID:
    return mandate.principal_id if mandate.kind == rules.GUARDIAN else mandate.helper_id


def _is_principal(mandate: Mandate, actor: Actor) -> bool:
    """Return whether the actor is the principal, its legal representative, or a clerk who serves either."""
    if actor.channel == Channel.WINDOW:
        return actor.principal_id == mandate.principal_id
    if actor.subject_id is None:
        return False
    return mandate.principal_id == actor.subject_id or queries.represents(actor.subject_id, mandate.principal_id)


def announce_mandate(
    event: type[events.MandateEvent], mandate: Mandate, *, actor: Actor, at: datetime, **details: str
) -> None:
    """Announce an event about the mandate, with its sides and its kind."""
    announce(
        event(
            subject=mandate.id,
            principal_of=str(mandate.principal_id),
            helper=str(mandate.helper_id),
            kind=mandate.kind,
            **details,
        ),
        actor=actor,
        at=at,
    )
