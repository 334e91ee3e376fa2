"""Mandates of the demo city: agents of firms, older parents with a helper, guardians."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tongban.demo.city.founding import City
from tongban.demo.city.sheet import signed_sheet
from tongban.foundation import clock
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identity_services
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.queries import Mandate
from tongban.people.identity.rules import latest_end
from tongban.people.identity.services import MandateScope
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.trust.files import services as files

DAYS_AGO = 20
CENTRE = "市政务服务和数据管理局"


def give_mandates(city: City) -> int:
    """Create the mandates, dated twenty days ago, and return their number."""
    with clock.at_moment(clock.now() - timedelta(days=DAYS_AGO)):
        _agents(city)
        sign_at_window(city.persons["刘德福"], city.persons["刘洋"], relation="儿子")
        guardian = identity.actor_of_subject(city.persons["陈雨桐"])
        identity_services.claim_guardianship(city.persons["王子轩"], actor=guardian)
        guardian = identity.actor_of_subject(city.persons["何大伟"])
        identity_services.claim_guardianship(city.persons["何思源"], actor=guardian)
        _give(
            identity.actor_of_subject(city.persons["马成"]),
            "help",
            city.persons["郭强"],
            MandateScope("themes", ("社会保障",)),
        )
    return Mandate.objects.count()


def _agents(city: City) -> None:
    """Create one agent of two firms, and one agent who has not answered yet."""
    for firm, representative, agent, scope, answers in (
        ("91990100MA0Y0002", "王浩", "杨帆", MandateScope("all", (), Decimal(50000)), True),
        ("91990100MA0Y0005", "马成", "杨帆", MandateScope("themes", ("税收财务", "社会保障")), True),
        ("91990100MA0Y0001", "何大伟", "胡悦", MandateScope("items", ("SP-01", "SP-02")), False),
    ):
        person = city.persons[representative]
        firms = {one.number[:16]: one.id for one in identity.represented_by(person)}
        actor = replace(identity.actor_of_subject(person), principal_id=firms[firm])
        made = _give(actor, "agent", city.persons[agent], scope)
        if answers:
            identity_services.accept(made.id, actor=identity.actor_of_subject(made.helper_id))


def _give(actor: Actor, kind: str, helper_id: UUID, scope: MandateScope) -> Mandate:
    helper = identity.subject(helper_id)
    until = latest_end("family", clock.legal_day(clock.now()))
    return identity_services.grant(kind, name=helper.name, number=helper.number, scope=scope, until=until, actor=actor)


def sign_at_window(principal_id: UUID, helper_id: UUID, *, relation: str) -> Mandate:
    """Grant a family mandate at the service centre, where both persons show their documents and sign the form."""
    principal, helper = identity.subject(principal_id), identity.subject(helper_id)
    clerk = identity.officer_in(organisation.department_named(CENTRE).id, PostKind.WINDOW)
    visit = identity_services.begin_visit(name=principal.name, number=principal.number, actor=clerk)
    clerk = replace(clerk, principal_id=principal_id, channel=Channel.WINDOW)
    mandate = identity_services.grant_at_window(
        "family",
        principal=principal,
        name=helper.name,
        number=helper.number,
        scope=MandateScope("all"),
        until=latest_end("family", clock.legal_day(clock.now())),
        relation=relation,
        form_id=files.store(signed_sheet(), name="亲情代办授权书.png", actor=clerk).id,
        helper_present=True,
        actor=clerk,
    )
    identity_services.end_visit(visit.id, actor=clerk)
    return mandate


def helper_actor(mandate: Mandate) -> Actor:
    """Return the helper as an actor after they switched to their principal's name."""
    found = identity.right_of(mandate.id, mandate.helper_id)
    assert found is not None, "the mandate does not work"
    right, principal = found
    return replace(identity.actor_of_subject(mandate.helper_id), principal_id=principal.id, right=right)
