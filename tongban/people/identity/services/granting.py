"""Give mandates (授权): as the principal, at a window by a signed form, or as the parent of a child."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.foundation.names import same_name
from tongban.people.identity import events, queries, rules
from tongban.people.identity.actors import Actor, Channel, machine
from tongban.people.identity.models import Mandate, Subject
from tongban.people.identity.ports import family
from tongban.people.identity.services.mandates import (
    MandateScope,
    accept_now,
    announce_mandate,
    check_scope,
    end_mandate,
    in_person,
)

UNKNOWN = "姓名和号码对不上，或这个人还没有在本平台实名登记。请对照证件检查；还没有登记的，请他先注册并实名。"


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
    if not helper_present:
        return made
    return accept_now(made, actor=replace(actor, principal_id=helper.id), confirmed=rules.ConfirmedBy.WINDOW)


@transaction.atomic
def claim_guardianship(child_id: UUID, *, actor: Actor) -> Mandate:
    """Let a parent, by the registers, act for their child: at once under eight, otherwise when the child agrees."""
    guardian_id = in_person(actor).subject_id
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
    announce_mandate(events.MandateGranted, mandate, actor=in_person(actor), at=now)
    return mandate


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
    if rules.is_minor(principal.born, today):
        raise Conflict("未满 18 周岁的，由父母以监护人身份代办，不能自己授权给别人。")


def _named(name: str, number: str) -> Subject:
    """Return the person with a name and number. An unknown number and a wrong name get the same answer."""
    helper = queries.subject_by_number(number)
    if helper is None or helper.kind != Subject.Kinds.PERSON or not same_name(helper.name, name):
        raise Invalid(UNKNOWN, field="number")
    if rules.is_minor(helper.born, clock.legal_day(clock.now())):
        raise Invalid("代办的人要年满 18 周岁，请换一位。", field="number")
    return helper


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
    check_scope(kind, scope, until)
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
    announce_mandate(events.MandateGranted, mandate, actor=actor, at=now)
    return mandate


def _open_between(kind: str, principal_id: UUID, helper_id: UUID, today: date) -> Mandate | None:
    """Return the open mandate of a kind between two subjects. One that has lapsed is ended first."""
    pair = Mandate.objects.select_for_update().filter(
        kind=kind, principal_id=principal_id, helper_id=helper_id, ended_at=None
    )
    mandate = pair.first()
    if mandate is not None and mandate.until < today:
        end_mandate(mandate, rules.Ending.LAPSED, actor=machine("mandates/1"))
        return None
    return mandate
