"""Whether the actor's mandate covers an application: the one check for all that is done in another's name."""

from decimal import Decimal, InvalidOperation

from django.db.models import Q

from tongban.handling.cases import events
from tongban.handling.cases.models import Application
from tongban.handling.cases.services.context import Plan
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.rules import AGENT, GUARDIAN, OutsideMandate, check_may_act
from tongban.trust.ledger import queries as ledger

BEGUN = [event.type_name() for event in (events.ApplicationStarted, events.ApplicationSubmitted)]


def check_service(actor: Actor, service: str, kind: str, amount: Decimal | None = None) -> None:
    """Refuse a service outside the actor's mandate; who acts by no mandate costs nothing here."""
    if actor.right is not None:
        check_may_act(actor, catalog.wanted_of(service, kind), amount)


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
