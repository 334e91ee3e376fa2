"""Whether the actor's mandate covers an application: the one check for all that is done in another's name."""

from decimal import Decimal, InvalidOperation

from django.db.models import Q

from tongban.foundation.identity import queries as identity
from tongban.foundation.identity.actors import Actor, Right
from tongban.foundation.identity.rules import AGENT, check_may_act
from tongban.handling.cases.models import Application
from tongban.handling.cases.services.context import Plan
from tongban.handling.catalog import queries as catalog


def check_service(actor: Actor, service: str, kind: str, amount: Decimal | None = None) -> None:
    """Refuse a service outside the actor's mandate; who acts by no mandate costs nothing here."""
    if actor.right is not None:
        check_may_act(actor, catalog.wanted_of(service, kind), amount)


def check_application(actor: Actor, application: Application, *, with_amount: bool = False) -> None:
    """The same for an application; `with_amount`, as on submission, counts the largest amount that it asks for."""
    if actor.right is not None:
        amount = amount_of(application) if with_amount else None
        check_service(actor, application.service, application.kind, amount)


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
                amounts.append(Decimal(application.answers.get(field.key, "")))
            except InvalidOperation:
                continue
    return max(amounts, default=None)


def visible(right: Right | None) -> Q:
    """The applications that a mandate opens, as one clause; without a mandate all of the principal's."""
    if right is None:
        return Q()
    codes, inside = catalog.services_within(right)
    if not inside:
        return Q() if right.kind == AGENT else ~Q(service__in=codes)
    return Q(service__in=codes)
