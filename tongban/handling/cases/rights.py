"""Whose an application is, and what the actor may do with it: ownership, mandate, real-name level, eligibility."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db.models import Q

from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, DomainError, NotFound
from tongban.handling.cases import events
from tongban.handling.cases.locks import lock_application
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import Plan
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.levels import highest
from tongban.handling.catalog.schema import Bundle, Item
from tongban.people.identity import queries as identity
from tongban.people.identity import stepup
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.rules import AGENT, GUARDIAN, OutsideMandate, check_may_act
from tongban.trust.ledger import queries as ledger

BEGUN = [event.type_name() for event in (events.ApplicationStarted, events.ApplicationSubmitted)]


class OtherIdentity(Conflict):
    """The application belongs to another identity of the same person: himself, or a firm that he represents."""

    code = "other-identity"


class CannotStart(DomainError):
    code = "cannot-start"
    status = 422
    other_identity = False
    """Whether the same person may start it in another's name."""


class WrongApplicantKind(CannotStart):
    """What only firms, or only persons, apply for."""

    other_identity = True


def check_service(actor: Actor, service: str, kind: str, amount: Decimal | None = None) -> None:
    """Refuse a service outside the actor's mandate; who acts by no mandate costs nothing here."""
    if actor.right is not None:
        check_may_act(actor, catalog.service_facts(service, kind), amount)


def check_application(actor: Actor, application: Application, *, with_amount: bool = False) -> None:
    """The same for an application; `with_amount`, as on submission, counts the largest amount that it asks for."""
    if actor.right is None:
        return
    amount = amount_of(application) if with_amount else None
    check_service(actor, application.service, application.kind, amount)
    if not Application.objects.filter(visible(actor), id=application.id).exists():
        raise OutsideMandate("这份申请已经办结，不是您代办的，由本人自己查看。")


def check_still_may(actor: Actor, application: Application, *, with_amount: bool = False) -> None:
    """For what changes something: the mandate must still stand when the change is made, not only when asked for."""
    identity.check_right_holds(actor)
    check_application(actor, application, with_amount=with_amount)


def amount_of(application: Application) -> Decimal | None:
    """The largest amount in yuan among the answers; None where no field asks for one."""
    amounts = []
    for field in Plan(application).fields.values():
        if field.kind == "amount":
            try:
                amount = Decimal(application.answers.get(field.key, ""))
            except InvalidOperation:
                continue
            if amount.is_finite():  # "NaN" is a number too for Python, but is larger than nothing
                amounts.append(amount)
    return max(amounts, default=None)


def visible(actor: Actor) -> Q:
    """The principal's applications that the actor may see, as one clause: all, unless he acts by a mandate.

    Agents and guardians see what their scope covers; helpers of it only what is not finished, or was begun by them.
    """
    right = actor.right
    if right is None or actor.principal_id is None:
        return Q()
    codes, inside = catalog.services_within(right)
    if right.kind == AGENT:
        return Q(service__in=codes) if inside else Q()
    covered = Q(service__in=codes) if inside else ~Q(service__in=codes)
    if right.kind == GUARDIAN:
        return covered
    begun = ledger.entries_for(actor.principal_id, types=BEGUN, by=actor.name_for_record).values("subject")
    return covered & (~Q(state=Application.States.CLOSED) | Q(id__in=begun))


def check_level(items: Iterable[Item], actor: Actor) -> None:
    """LevelNeeded unless the person who acts proved himself as far as the items need.

    At a window the clerk has seen the document; the machine and the firm in whose name is acted need no level.
    """
    if actor.channel == Channel.WINDOW or actor.subject_id is None:
        return
    need, has = highest(items), stepup.level_of(actor)
    if has < need.level:
        raise stepup.LevelNeeded(need.level, has=has)


def check_can_start(spec: Bundle | Item, subject: identity.Subject) -> None:
    """Raise CannotStart, saying why, where this subject cannot apply for the service online."""
    if not spec.authored:
        raise CannotStart(f"“{spec.name}”暂时还不能在线申请，请按办事指南上的窗口或电话办理。")
    _check_kind(spec, subject.kind)
    if isinstance(spec, Bundle) and (gone := catalog.withdrawn({step.item for step in spec.steps})):
        raise CannotStart(
            f"“{spec.name}”里的“{'、'.join(gone)}”已经停止办理，现在不能一起办，请拨打 {city().hotline} 咨询。"
        )
    if isinstance(spec, Item) and spec.apply_through:
        raise CannotStart(f"“{spec.name}”在一件事里一起办，请从办事指南上的“开始办理”进入。")


def _check_kind(spec: Bundle | Item, kind: str) -> None:
    if kind in spec.serves or (kind == "person" and spec.by_person):
        return
    if kind == "person":
        raise WrongApplicantKind(f"“{spec.name}”是企业和组织办理的业务，请先切换到您的企业，或用企业账号登录。")
    raise WrongApplicantKind(f"“{spec.name}”是个人办理的业务，请切换到您本人，或用本人账号登录。")


def own_application(application_id: UUID, actor: Actor, *, with_amount: bool = False) -> Application:
    """The application, locked, if it is the actor's; somebody else's does not exist for him.

    Who acts by a mandate needs one that still stands and covers it, `with_amount` its largest amount too.
    """
    application = lock_application(application_id)
    if application.applicant_id != principal_of(actor):
        raise refusal_for_stranger(application, actor, "没有找到这份申请，请从“我的办件”里打开。")
    check_still_may(actor, application, with_amount=with_amount)
    return application


def refusal_for_stranger(application: Application | None, actor: Actor, otherwise: str) -> DomainError:
    """Somebody else's application does not exist; one of another identity of the same person is named.

    Not to a system: a token is for one identity, and for whom else its holder may act is none of the system's business.
    """
    if application is None or actor.channel == Channel.API or not identity.may_act_for(actor, application.applicant_id):
        return NotFound(otherwise)
    name = identity.display_names([application.applicant_id])[application.applicant_id]
    return OtherIdentity(f"这份申请属于您的另一个身份“{name}”。请先切换办事身份再打开，已填的内容都在。")


def own_draft(application_id: UUID, actor: Actor) -> Application:
    application = own_application(application_id, actor)
    if application.state != Application.States.DRAFT:
        raise Conflict("这份申请已经提交，不能再修改；需要改动时，请在“我的办件”里撤回或等待补正通知。")
    return application


def principal_of(actor: Actor) -> UUID:
    """The subject in whose name the actor applies."""
    applicant_id = actor.acting_for
    if applicant_id is None:
        raise NotFound("请先登录，再办理业务。")
    return applicant_id
