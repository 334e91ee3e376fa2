"""The callers in the access matrix of the interface, and the data that they ask for."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.test import Client
from django.urls import reverse

from tests.api.conftest import ApiClient, token_for
from tests.api.test_applying import paper, ready, submitted
from tongban.exchange.licences import services as licences
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.handling.cases import services as cases
from tongban.handling.cases.models import Case
from tongban.handling.cases.tests import factories
from tongban.people.api import services as tokens
from tongban.people.api.models import ApiToken
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.services.mandates import MandateScope
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.signin import services as signin
from tongban.people.signin.testing import prove_again
from tongban.people.sso.tests.conftest import City as Systems
from tongban.people.sso.tests.conftest import Party

ALL_SCOPES = " ".join(["openid", *SCOPES])


@dataclass(frozen=True)
class ApplicantData:
    """An applicant's data: a draft with its paper, a submitted application that waits for a paper, and a result."""

    draft: str
    stamp: str
    submitted: str
    case: str
    result: str


def applicant_data(applicant: ApiClient, holder: UUID, city: factories.City) -> ApplicantData:
    """Create an applicant's data through the interface, so that each operation has something to work on."""
    application = submitted(applicant)
    number = application["cases"][0]["number"]
    step = Case.objects.get(number=number).steps.get(state="open")
    wanted = [{"material": "paper", "sentence": "请重新拍清楚"}]
    cases.request_correction(step.id, wanted=wanted, actor=city.officer("市公安局", "window"))
    applicant.upload(f"/applications/{application['id']}/materials/paper", paper())
    draft = ready(applicant)
    return ApplicantData(draft["id"], draft["stamp"], application["id"], number, str(result_of(holder, city)))


def result_of(holder: UUID, city: factories.City) -> UUID:
    """Issue a result into the subject's wallet; the firm would have none otherwise."""
    found = Licence.objects.filter(holder_id=holder).order_by("issued_at", "id").first()
    return (found or licences.issue(
        "business-licence", holder_id=holder, issuer_id=city.departments["市公安局"], surface={},
        valid_from=date(2020, 1, 1), actor=factories.CITY, at=clock.now(),
    )).id  # fmt: skip


def agent_of(city: factories.City, principal: Actor, kind: str, scope: MandateScope) -> ApiClient:
    """Return a caller with a mandate. The token is their own, because the interface knows no mandates."""
    born = clock.legal_day(clock.now()).replace(year=1986, day=1)
    person = identities.register_person(
        name="罗芳", number=city.number(born, "f"), division_code="990102", actor=factories.CITY
    )
    signin.record_proof(person.id, level=3, kind="window", actor=factories.CITY)
    until = clock.legal_day(clock.now()) + timedelta(days=30)
    mandate = identities.grant(
        kind, name=person.name, number=person.number, scope=scope, until=until, relation="表妹", actor=principal
    )
    identities.accept(mandate.id, actor=identity.actor_of_subject(person.id), confirmed="face")
    return ApiClient(token_for(person.id))


def since_an_officer(city: factories.City) -> ApiClient:
    """Return an officer whose token was issued before they took their post."""
    person = identities.register_person(name="王新", division_code="990102", actor=factories.CITY)
    text = token_for(person.id)
    post = organisation.post_of(city.departments["市民政局"], "window")
    identities.appoint(person.id, post_id=post.id, actor=factories.CITY)
    return ApiClient(text)


def ended(subject_id: UUID, how: str) -> ApiClient:
    """Return a caller whose token was revoked, or has expired."""
    text = token_for(subject_id)
    token = ApiToken.objects.filter(subject_id=subject_id).order_by("id").last()
    if how == "revoked":
        tokens.revoke_token(token.id, reason="不用了", actor=factories.CITY)
    else:
        ApiToken.objects.filter(id=token.id).update(expires_at=clock.now() - timedelta(seconds=1))
    return ApiClient(text)


class SessionOnlyClient(ApiClient):
    """A caller who is signed in at the portal but has no token."""

    def __init__(self, subject_id: UUID) -> None:
        super().__init__()
        self.client = signed_in(subject_id)
        self.client.raise_request_exception = False


def systems_of(city: factories.City) -> Systems:
    """Register systems in the city; its first department plays the data bureau."""
    by = machine("test")
    bureau, department = (
        organisation.department(city.departments[name]) for name in ("市卫生健康委员会", "市公安局")
    )  # fmt: skip

    def administrator(kind: str) -> Actor:
        post = organisations.establish_post(bureau.id, kind=kind, name=f"{kind}岗", actor=by)
        person = identities.register_person(name="郑毅", division_code="990100", actor=by)
        identities.appoint(person.id, post_id=post.id, actor=by)
        return identity.actor_of_subject(person.id)

    owner = city.officer("市公安局", "head")
    return Systems(
        bureau, department, other=department, owner=owner, stranger=None,
        system_admin=administrator("system-admin"), security_admin=administrator("security-admin"),
        contact_id=owner.posts[0].post_id,
    )  # fmt: skip


def party_of(systems: Systems, **given: object) -> Party:
    system = systems.system(scopes={"openid": ""} | dict.fromkeys(SCOPES, "显示办件"), **given)
    return Party(system, systems.secret(system))


def at_system(party: Party, browser: Client, scope: str = ALL_SCOPES) -> ApiClient:
    """Return a system with the token of the person who signed in to it in the browser."""
    return ApiClient(party.sign_in(prove_again(browser), scope=scope)["access_token"])


def in_its_own_name(systems: Systems) -> ApiClient:
    service = systems.system(
        name="后台", kind="service", redirect_uris=[], scopes={"introspection": "查验令牌"}, duty=""
    )  # fmt: skip
    party = Party(service, systems.secret(service))
    return ApiClient(party.post("token", grant_type="client_credentials").json()["access_token"])


def acting_for(subject_id: UUID, organisation_id: UUID) -> Client:
    """Return the session of a person who has switched to their firm."""
    return switched(signed_in(subject_id), str(organisation_id))


def by_mandate(city: factories.City, principal: Actor) -> Client:
    """Return the session of an agent who has switched to the firm that granted the mandate."""
    agent_of(city, principal, "agent", MandateScope("all"))
    mandate = identity.mandates_given(principal.acting_for)[0].mandate
    return switched(signed_in(mandate.helper_id), f"m-{mandate.id}")


def switched(browser: Client, to: str) -> Client:
    assert browser.post(reverse("identity:principal"), {"principal": to}).status_code == 302
    return browser
