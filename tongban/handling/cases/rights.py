"""What an actor may do with an application: ownership, mandate, real-name level, eligibility to apply."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db.models import Q, QuerySet

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
from tongban.people.identity import services as identities
from tongban.people.identity import stepup
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.rules import AGENT, GUARDIAN, OutsideMandate, check_may_act
from tongban.trust.ledger import queries as ledger

BEGUN = [event.type_name() for event in (events.ApplicationStarted, events.ApplicationSubmitted)]


class OtherIdentity(Conflict):
    """The application belongs to another identity of the same person: themselves, or a firm that they represent."""

    code = "other-identity"


class CannotStart(DomainError):
    """The applicant cannot apply for the service online; the message says why."""

    code = "cannot-start"
    status = 422
    other_identity = False
    """Whether the same person could start it under another of their identities."""


class WrongApplicantKind(CannotStart):
    """The service is only for organisations, or only for persons."""

    other_identity = True


def check_service(actor: Actor, service: str, kind: str, amount: Decimal | None = None) -> None:
    """Check that the actor's mandate covers a service and an amount in yuan. Raises OutsideMandate.

    Costs no query for an actor without a mandate.
    """
    if actor.right is not None:
        check_may_act(actor, catalog.service_facts(service, kind), amount)


def check_application(actor: Actor, application: Application, *, with_amount: bool = False) -> None:
    """Check that the actor's mandate covers an application. Raises OutsideMandate.

    `with_amount` also checks the largest amount among the answers, as submission does.
    """
    if actor.right is None:
        return
    amount = amount_of(Plan(application)) if with_amount else None
    check_service(actor, application.service, application.kind, amount)
    if not Application.objects.filter(visible(actor), id=application.id).exists():
        raise OutsideMandate("这份申请已经办结，不是您代办的，由本人自己查看。")


def check_still_may(actor: Actor, application: Application, *, with_amount: bool = False) -> None:
    """Check the actor's right again just before a change, since it may have ended since the request was let in."""
    identities.check_right_holds(actor)
    check_application(actor, application, with_amount=with_amount)


def amount_of(plan: Plan) -> Decimal | None:
    """Return the largest amount in yuan among the answers, or None if there is none."""
    amounts = []
    for field in plan.fields.values():
        if field.kind == "amount":
            try:
                amount = Decimal(plan.application.answers.get(field.key, ""))
            except InvalidOperation:
                continue
            if amount.is_finite():  # Decimal also parses "NaN" and "Infinity"
                amounts.append(amount)
    return max(amounts, default=None)


def drafts_of(applicant_id: UUID, service: str) -> QuerySet[Application]:
    """Return the applicant's draft for a service: one row, or none."""
    return Application.objects.filter(applicant_id=applicant_id, service=service, state=Application.States.DRAFT)


def visible(actor: Actor) -> Q:
    """Return the condition for the principal's applications that the actor may see: all, unless they use a mandate.

    Agents and guardians see what the mandate's scope covers. Helpers see only the part of it that is not closed, and
    what they started or submitted themselves.
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


def check_level(items: Iterable[Item], actor: Actor, *, passed: int = -1) -> int:
    """Check that the acting person has the real-name level that the items need, and return it. Raises LevelNeeded.

    Nothing is checked at a window, where the clerk has seen the person's document, nor for the machine, nor up to the
    level `passed`, which was found in the same transaction.
    """
    need = highest(items).level
    if actor.channel == Channel.WINDOW or actor.subject_id is None or need <= passed:
        return need
    has = stepup.level_of(actor)
    if has < need:
        raise stepup.LevelNeeded(need, has=has)
    return need


def check_can_start(spec: Bundle | Item, subject: identity.Subject) -> None:
    """Raise CannotStart if this subject cannot apply for the service online."""
    if not spec.authored:
        raise CannotStart(f"“{spec.name}”暂时还不能在线申请，请按办事指南上的窗口或电话办理。")
    _check_kind(spec, subject.kind)
    if isinstance(spec, Bundle) and (gone := catalog.withdrawn({step.item for step in spec.steps})):
        raise CannotStart(
            f"“{spec.name}”里的“{'、'.join(gone)}”已经停止办理，现在不能一起办，请拨打 {city().hotline} 咨询。"
        )


def only_together(item: Item) -> CannotStart:
    """Return the error for an item that has to be applied for in its bundle, where the bundle is still to be done."""
    later = "已经提交一件事的，等其中第一项办好后，可以回来单独申请没有选的或没有办成的。" if can_be_alone(item) else ""
    return CannotStart(f"“{item.name}”在一件事里一起办，请从办事指南上的“开始办理”进入。{later}")


def can_be_alone(item: Item) -> bool:
    """Return whether the item may be applied for alone once its bundle was applied for."""
    return bool(item.apply_through and catalog.bundle(item.apply_through).later_resource)


def _check_kind(spec: Bundle | Item, kind: str) -> None:
    if kind in spec.serves or (kind == "person" and spec.by_person):
        return
    if kind == "person":
        raise WrongApplicantKind(f"“{spec.name}”是企业和组织办理的业务，请切换到企业或组织的身份，或用企业账号登录。")
    raise WrongApplicantKind(f"“{spec.name}”是个人办理的业务，请切换到个人身份，或用本人账号登录。")


def own_application(application_id: UUID, actor: Actor, *, with_amount: bool = False) -> Application:
    """Lock and return an application that the actor may change.

    Raises NotFound for somebody else's application, OtherIdentity for one of another identity of the same person, and
    OutsideMandate. `with_amount` also checks the largest amount against the mandate.
    """
    application = lock_application(application_id)
    if application.applicant_id != principal_of(actor):
        raise refusal_for_stranger(application, actor, "没有找到这份申请，请从“我的办件”里打开。")
    check_still_may(actor, application, with_amount=with_amount)
    return application


def refusal_for_stranger(application: Application | None, actor: Actor, otherwise: str) -> DomainError:
    """Return the error for an application that is not the actor's: OtherIdentity if they may act for its applicant.

    Everybody else gets NotFound with the sentence `otherwise`, so that nobody learns that it exists. So do other
    systems: a token is for one identity and must not reveal for whom else its holder may act.
    """
    if application is None or actor.channel == Channel.API or not identity.may_act_for(actor, application.applicant_id):
        return NotFound(otherwise)
    name = identity.display_names([application.applicant_id])[application.applicant_id]
    return OtherIdentity(f"这份申请属于另一个身份“{name}”。请先切换办事身份再打开，已填的内容都在。")


def own_draft(application_id: UUID, actor: Actor) -> Application:
    """Lock and return a draft of the actor. Raises Conflict if it is submitted already, and as `own_application`."""
    application = own_application(application_id, actor)
    if application.state != Application.States.DRAFT:
        raise Conflict("这份申请已经提交，不能再修改；需要改动时，请在“我的办件”里撤回或等待补正通知。")
    return application


def principal_of(actor: Actor) -> UUID:
    """Return the subject in whose name the actor applies. Raises NotFound if nobody is signed in."""
    applicant_id = actor.acting_for
    if applicant_id is None:
        raise NotFound("请先登录，再办理业务。")
    return applicant_id
