"""Mandates (授权): a principal lets a person act in their name, that person accepts, either side may end it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.people.identity import events, queries, rules
from tongban.people.identity.actors import Actor, Channel, machine
from tongban.people.identity.models import Mandate, Subject
from tongban.people.identity.ports import family

UNKNOWN = "姓名和号码对不上，或这个人还没有在本平台实名登记。请对照证件检查；还没有登记的，请他先注册并实名。"
NOT_FOUND = "没有找到这项授权，可能已经取消，请在“授权管理”里查看。"
CONFIRM_WITHIN = timedelta(days=30)
"""How long an agent's mandate waits for a new legal representative before it ends."""
MOST_NAMED = 60


@dataclass(frozen=True)
class MandateScope:
    """What a mandate covers: everything, themes, or listed services (item codes and bundle keys)."""

    reach: str
    named: tuple[str, ...] = ()
    most: Decimal | None = None
    """The largest amount of one application in yuan; None means no limit."""


@transaction.atomic
def grant(
    kind: str, *, name: str, number: str, scope: MandateScope, until: date, relation: str = "", actor: Actor
) -> Mandate:
    """Give a mandate to the person with this name and number; it is in force once they accept it.

    Agents (`agent`) are appointed by the legal representative in the firm's name, helpers (`family`, `help`) by the
    principal in person. A mandate cannot be passed on. Raises NotAllowed, Invalid or Conflict.
    """
    principal = queries.subject(_granter(kind, actor))
    helper = _named(name, number)
    return _make(kind, principal, helper, scope, until, relation, actor=actor)


@transaction.atomic
def grant_at_window(
    kind: str,
    *,
    principal: Subject,
    name: str,
    number: str,
    scope: MandateScope,
    until: date,
    relation: str = "",
    form_id: UUID,
    helper_present: bool,
    actor: Actor,
) -> Mandate:
    """Record a mandate from a signed form that the person present hands to the clerk.

    That person is the principal, or the helper of a principal who stays at home. `helper_present` means that the helper
    is at the window too and accepts there. `form_id` is the stored scan of the form.
    """
    visit = queries.open_visit(actor.subject_id) if actor.subject_id else None
    if actor.channel != Channel.WINDOW or visit is None:
        raise NotAllowed("请先在“现场办理”里核对到场人的证件，再办理授权。")
    helper = _named(name, number)
    if principal.id == visit.applicant_id:
        pass
    elif principal.kind == Subject.Kinds.ORGANISATION or visit.present_id != helper.id:
        raise NotAllowed("到场的人既不是授权人，也不是代办人。请核对到场人；企业授权要法定代表人到场。")
    _check_kind(kind, principal)
    made = _make(
        kind, principal, helper, scope, until, relation, form_id=form_id,
        actor=replace(actor, principal_id=principal.id),
    )  # fmt: skip
    return _accept(made, actor=replace(actor, principal_id=helper.id)) if helper_present else made


@transaction.atomic
def claim_guardianship(child_id: UUID, *, actor: Actor) -> Mandate:
    """Let a parent, by the registers, act for their child: at once under eight, otherwise when the child agrees."""
    guardian_id = _in_person(actor).subject_id
    child = Subject.objects.select_for_update().filter(id=child_id, kind=Subject.Kinds.PERSON).first()
    if child is None or guardian_id is None or not family.get().is_guardian_of(guardian_id, child_id):
        raise NotFound("户口、出生登记里没有您是这个孩子父母的记录，不能网上代办。请带户口簿或监护证明到服务窗口办理。")
    now = clock.now()
    today = clock.legal_day(now)
    until = rules.guardianship_until(child.born, today) if child.born else None
    if child.born is None or until is None:
        raise Conflict("孩子已满 18 周岁，父母不能再以监护人身份代办。需要代办，请他本人办理亲情代办授权。")
    open_one = _open_between(rules.GUARDIAN, child_id, guardian_id, today)
    if open_one is not None:
        return open_one
    mandate = Mandate.objects.create(
        kind=rules.GUARDIAN,
        principal=child,
        helper_id=guardian_id,
        reach=rules.EVERYTHING,
        until=until,
        relation="父母",
        relation_checked=True,
        channel=actor.channel,
        granted_at=now,
        granted_by=guardian_id,
        accepted_at=None if rules.needs_consent(child.born, today) else now,
    )
    _announce(events.MandateGranted, mandate, actor=_in_person(actor), at=now)
    return mandate


@transaction.atomic
def accept(mandate_id: UUID, *, actor: Actor, confirmed: str = "") -> Mandate:
    """Accept the mandate as its other side: the helper, or a child from eight on; at a window, the person present.

    `confirmed` names the check by which a family helper proved who they are on their own device, e.g. `face`.
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
    return _accept(mandate, actor=_in_person(actor), confirmed=confirmed)


@transaction.atomic
def decline(mandate_id: UUID, *, actor: Actor) -> None:
    """Decline the mandate as its other side. It ends without ever having been in force."""
    mandate = _locked(mandate_id)
    if _other_side(mandate) != _who(actor):
        raise NotFound(NOT_FOUND)
    if mandate.accepted_at is not None:
        raise Conflict("您已经接受了这项授权；不想再代办，请点“不再代办”。")
    _end(mandate, rules.Ending.DECLINED, actor=_in_person(actor))


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
        _end(mandate, because, actor=replace(actor, right=None))


@transaction.atomic
def change(mandate_id: UUID, *, scope: MandateScope, until: date, actor: Actor) -> Mandate:
    """Change the scope, the largest amount or the last day, as the principal."""
    mandate = _locked(mandate_id)
    if not _is_principal(mandate, actor) or mandate.kind == rules.GUARDIAN:
        raise NotFound(NOT_FOUND)
    _check_scope(mandate.kind, scope, until)
    mandate.reach, mandate.named, mandate.most, mandate.until = scope.reach, list(scope.named), scope.most, until
    mandate.save(update_fields=["reach", "named", "most", "until"])
    _announce(events.MandateChanged, mandate, actor=actor, at=clock.now())
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
        _announce(events.MandateConfirmed, mandate, actor=actor, at=clock.now())
    return mandate


def pause_agents(organisation_id: UUID, *, at: datetime, actor: Actor) -> None:
    """Pause the organisation's agents until its new legal representative confirms them. In the caller's transaction."""
    open_ones = Mandate.objects.select_for_update().filter(
        principal_id=organisation_id, kind=rules.AGENT, ended_at=None, paused_at=None
    )
    for mandate in open_ones:
        mandate.paused_at = at
        mandate.save(update_fields=["paused_at"])
        _announce(events.MandatePaused, mandate, actor=actor, at=at)


@transaction.atomic
def end_lapsed_mandates() -> int:
    """End mandates after their last day, and those not confirmed within `CONFIRM_WITHIN`; return how many.

    They are no longer in force anyway: this only records it.
    """
    now = clock.now()
    ended = 0
    for mandate in Mandate.objects.select_for_update().filter(ended_at=None, until__lt=clock.legal_day(now)):
        _end(mandate, rules.Ending.LAPSED, actor=machine("mandates/1"))
        ended += 1
    for mandate in Mandate.objects.select_for_update().filter(ended_at=None, paused_at__lt=now - CONFIRM_WITHIN):
        _end(mandate, rules.Ending.UNCONFIRMED, actor=machine("mandates/1"))
        ended += 1
    return ended


def _granter(kind: str, actor: Actor) -> UUID:
    """Return the principal in whose name the actor grants. Raises NotAllowed, saying who may."""
    if actor.right is not None:
        raise NotAllowed("别人授权给您代办的事，不能再转授权给其他人。请先切换到您本人。")
    if actor.is_officer or actor.subject_id is None or actor.acting_for is None:
        raise NotAllowed("授权由本人办理；在窗口办理授权，请从“现场办理”进入。")
    if kind == rules.AGENT:
        if actor.acting_for == actor.subject_id or not queries.represents(actor.subject_id, actor.acting_for):
            raise NotAllowed("经办人由法定代表人授权。请法定代表人用本人账号登录，切换到企业后再授权。")
    elif actor.acting_for != actor.subject_id:
        raise NotAllowed("亲情代办和帮代办是个人之间的授权，请先切换到您本人。")
    _check_kind(kind, queries.subject(actor.acting_for))
    return actor.acting_for


def _check_kind(kind: str, principal: Subject) -> None:
    if kind not in {rules.AGENT, rules.FAMILY, rules.HELP}:
        raise Invalid("请选择授权的种类。", field="kind")
    if (kind == rules.AGENT) != (principal.kind == Subject.Kinds.ORGANISATION):
        raise Invalid("企业和组织授权经办人，个人授权亲情代办或帮代办，请重新选择。", field="kind")
    today = clock.legal_day(clock.now())
    if principal.born is not None and rules.full_years(principal.born, today) < rules.OF_AGE:
        raise Conflict("未满 18 周岁的，由父母以监护人身份代办，不能自己授权给别人。")


def _named(name: str, number: str) -> Subject:
    """Return the person with a name and number. An unknown number and a wrong name get the same answer."""
    helper = queries.subject_by_number(number.strip().upper())
    if helper is None or helper.kind != Subject.Kinds.PERSON or helper.name != name.strip():
        raise Invalid(UNKNOWN, field="number")
    if helper.born is not None and rules.full_years(helper.born, clock.legal_day(clock.now())) < rules.OF_AGE:
        raise Invalid("代办的人要年满 18 周岁，请换一位。", field="number")
    return helper


def _check_scope(kind: str, scope: MandateScope, until: date) -> None:
    today = clock.legal_day(clock.now())
    if scope.reach not in {rules.EVERYTHING, rules.THEMES, rules.ITEMS}:
        raise Invalid("请选择授权范围：全部事项、按主题，或指定事项。", field="reach")
    if scope.reach != rules.EVERYTHING and not scope.named:
        raise Invalid("请至少选择一项，或改为全部事项。", field="named")
    if len(scope.named) > MOST_NAMED:
        raise Invalid(f"最多指定 {MOST_NAMED} 项；更多时请按主题授权。", field="named")
    if scope.most is not None and scope.most <= 0:
        raise Invalid("金额上限要大于 0；不限金额请留空。", field="most")
    if until < today:
        raise Invalid("截止日期不能早于今天。", field="until")
    latest = rules.latest_end(kind, today)
    if until > latest:
        raise Invalid(f"这种授权最长到 {latest:%Y-%m-%d}，到期可以再授权。", field="until")


def _make(
    kind: str,
    principal: Subject,
    helper: Subject,
    scope: MandateScope,
    until: date,
    relation: str,
    *,
    form_id: UUID | None = None,
    actor: Actor,
) -> Mandate:
    _check_scope(kind, scope, until)
    if principal.id == helper.id:
        raise Invalid("不用授权给自己，请填写替您办事的人。", field="number")
    now = clock.now()
    if _open_between(kind, principal.id, helper.id, clock.legal_day(now)) is not None:
        raise Conflict("您已经授权给这个人了，可以在“授权管理”里修改范围，或取消后重新授权。", field="number")
    found = family.get().relation_of(principal.id, helper.id) if kind == rules.FAMILY else ""
    if kind == rules.FAMILY and not (found or relation.strip()):
        raise Invalid("请填写代办人与您的关系，例如“女儿”。", field="relation")
    try:
        with transaction.atomic():
            mandate = Mandate.objects.create(
                kind=kind,
                principal=principal,
                helper=helper,
                reach=scope.reach,
                named=list(scope.named) if scope.reach != rules.EVERYTHING else [],
                most=scope.most,
                until=until,
                relation=found or relation.strip()[:20],
                relation_checked=bool(found),
                channel=actor.channel,
                form_id=form_id,
                granted_at=now,
                granted_by=actor.subject_id or principal.id,
            )
    except IntegrityError:
        raise Conflict("您刚刚在另一个页面授权过这个人，请在“授权管理”里查看。") from None
    _announce(events.MandateGranted, mandate, actor=actor, at=now)
    return mandate


def _open_between(kind: str, principal_id: UUID, helper_id: UUID, today: date) -> Mandate | None:
    """Return the open mandate of a kind between two subjects. One that has lapsed is ended first."""
    pair = Mandate.objects.select_for_update().filter(
        kind=kind, principal_id=principal_id, helper_id=helper_id, ended_at=None
    )
    mandate = pair.first()
    if mandate is not None and mandate.until < today:
        _end(mandate, rules.Ending.LAPSED, actor=machine("mandates/1"))
        return None
    return mandate


def _accept(mandate: Mandate, *, actor: Actor, confirmed: str = "window") -> Mandate:
    mandate.accepted_at = clock.now()
    mandate.save(update_fields=["accepted_at"])
    _announce(events.MandateAccepted, mandate, actor=actor, at=mandate.accepted_at, confirmed=confirmed)
    return mandate


def _end(mandate: Mandate, because: rules.Ending, *, actor: Actor) -> None:
    mandate.ended_at, mandate.ended_because = clock.now(), because
    mandate.save(update_fields=["ended_at", "ended_because"])
    _announce(events.MandateEnded, mandate, actor=actor, at=mandate.ended_at, because=because)


def _locked(mandate_id: UUID) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(id=mandate_id, ended_at=None).first()
    if mandate is None:
        raise NotFound(NOT_FOUND)
    return mandate


def _who(actor: Actor) -> UUID | None:
    """Return whose own act it is: the actor's, or at a window that of the person present."""
    return actor.principal_id if actor.channel == Channel.WINDOW else actor.subject_id


def _in_person(actor: Actor) -> Actor:
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


def _announce(
    event: type[events.MandateEvent], mandate: Mandate, *, actor: Actor, at: datetime, **details: str
) -> None:
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
