"""Ask every address as every kind of person, and compare the answers with docs/access.md.

`TONGBAN_WRITE_ACCESS=1 bin/test tests/test_access_matrix.py` writes the table again. Read the difference before you
commit it.
"""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter

from tests.test_access import ALL, ANSWERED_BY_PROTOCOL, ONLY_POSTED, PARAMETERS, WHO
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.operations.testing import beat, forget_readiness
from tongban.foundation.ui.audience import EVERYBODY, audience_of
from tongban.handling.cases import services as cases
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import machine
from tongban.people.identity.services.mandates import MandateScope
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.organisation.rules import ADMINISTRATORS, POST_LABELS
from tongban.people.workorders import services as work_orders
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import sequence_now

NOBODYS = UUID("0197a000-0000-7000-8000-000000000000")
HEAD = """# Who may open which address

`tests/test_access_matrix.py` writes this page. It asks every address as each of these persons and compares the answers.
The applicant has submitted a newborn bundle and granted both helpers their mandates. Window and head belong to a
department that handles one of its cases. The administrators hold no other post. Where the test has no row for an
address, it uses a made-up id, so 404 is the best answer that anybody gets. 200 and 422 mean that the person is let in
(422 answers an empty form), 302 leads to signing in or to another page, and 403 refuses. 404 reveals nothing, not even
that the row exists. The operations of the programming interface are in [access-operations.md](access-operations.md).
"""
DOCUMENT = Path(__file__).parents[1] / "docs" / "access.md"
INSURANCE, CIVIL = "市医疗保障局", "市民政局"
ROLES = (
    "anonymous", "applicant", "other citizen", "helper in scope", "helper out of scope", "window", "head",
    "other department", "system admin", "security admin", "audit admin",
)  # fmt: skip


def patterns():
    """Return the URL pattern of every page by name, without the operations of the interface."""
    found = {}

    def walk(patterns, prefix=""):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
            else:
                found[f"{prefix}{pattern.name}"] = pattern

    walk(get_resolver().url_patterns)
    return {name: pattern for name, pattern in found.items() if not name.startswith("api-")}


def views():
    return {name: pattern.callback for name, pattern in patterns().items()}


@pytest.mark.req("B5")
def test_every_view_declares_its_audience():
    assert [name for name, view in views().items() if not audience_of(view)] == []
    for name, view in views().items():
        assert (audience_of(view) == EVERYBODY) == (
            WHO.get(name, ALL if name in OPEN_POSTS | ANSWERED_BY_PROTOCOL else "") is ALL
        ), name


OPEN_POSTS = {"account_logout", "ledger:cosignatures", "sso:consent", "sso:logout-confirmed"}
"""Posts that everybody may send: signing out, cosignatures, which witnesses sign, and pages that we sign."""


def helper(city, mother, scope):
    """Return a client that has switched to the mother's name under a mandate of this scope."""
    person = identities.register_person(
        name="罗芳",
        number=city.number(clock.legal_day(clock.now()).replace(year=1986, day=1), "f"),
        division_code="990102", actor=factories.CITY,
    )  # fmt: skip
    until = clock.legal_day(clock.now()) + timedelta(days=30)
    mandate = identities.grant(
        "family", name=person.name, number=person.number, scope=scope, until=until, relation="表妹", actor=mother
    )
    identities.accept(mandate.id, actor=identity.actor_of_subject(person.id), confirmed="face")
    client = signed_in(person.id)
    assert client.post(reverse("identity:principal"), {"principal": f"m-{mandate.id}"}).status_code == 302
    return client, mandate


@pytest.fixture
def world(db):
    """The mother's application, draft, licence, mandates and work order, and one client for each role."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    mother = parents.mother
    application = factories.handled_newborn(mother)
    catalog.publish_item(reading.read(reading.FOLDER / "items" / "HJ-09.yaml").spec, actor=factories.CITY)
    draft = cases.start_draft("HJ-09", kind="item", actor=mother)
    office = organisation.department_named(INSURANCE)
    order = work_orders.raise_order(
        "not-done", text="窗口没有人", post_id=organisation.post_of(office.id, "window").id, actor=mother
    )
    clients = {
        "anonymous": Client(),
        "applicant": signed_in(mother.subject_id),
        "other citizen": signed_in(parents.father.subject_id),
        "window": signed_in(city.officer(INSURANCE, "window").subject_id),
        "head": signed_in(city.officer(INSURANCE, "head").subject_id),
        "other department": signed_in(city.officer(CIVIL, "window").subject_id),
    }
    clients["helper in scope"], mandate = helper(city, mother, MandateScope("all"))
    clients["helper out of scope"], _ = helper(city, mother, MandateScope("items", ("HJ-08",)))
    for kind in ADMINISTRATORS:
        post = organisations.establish_post(office.id, kind=kind, name=f"{POST_LABELS[kind]}岗", actor=machine("test"))
        person = identities.register_person(name="郑毅", division_code="990100", actor=machine("test"))
        identities.appoint(person.id, post_id=post.id, actor=machine("test"))
        clients[f"{kind.removesuffix('-admin')} admin"] = signed_in(person.id)
    sequence_now()
    beat()
    forget_readiness()
    case = factories.case_of(application, "maternity")
    window = organisation.post_of(office.id, "window")
    licence = Licence.objects.exclude(case_number="").order_by("-issued_at").first()
    of_room = {
        "desk": {"number": case.number},
        "workorders": {"number": order.number},
        "licences": {"code": office.uscc},
        "audit": {},
    }
    things = {
        "number": application.number, "case_number": case.number, "code": "HJ-01", "key": "birth", "kind": "bundle",
        "licence_id": licence.id, "department_id": office.id, "post_id": window.id, "level": "data",
        "subject_id": city.officer(INSURANCE, "window").subject_id, "mandate_id": mandate.id,
        "entry_id": Entry.objects.order_by("id").first().id, "material": "paper", "page": "child",
        "draft_id": draft.id,
    }  # fmt: skip
    return clients, things, of_room


def address_of(name, things, of_room):
    """Return the address of a page with ids of the fixture's rows, or a made-up id where it has no such row."""
    known = things | of_room.get(name.partition(":")[0], {})
    return reverse(
        name,
        kwargs={
            key: known.get(key, 0 if isinstance(converter, IntConverter) else NOBODYS)
            for key, converter in patterns()[name].pattern.converters.items()
        },
    )


def answers_of(clients, name, address):
    method = "POST" if name in ONLY_POSTED else "GET"
    parameters = PARAMETERS.get(name, {}) if method == "GET" else {}
    return {
        role: clients[role]
        .generic(method, address, QUERY_STRING="&".join(f"{k}={v}" for k, v in parameters.items()))
        .status_code
        for role in ROLES
    }


def table(world):
    clients, things, of_room = world
    lines = [HEAD, "| address | audience | " + " | ".join(ROLES) + " |", "|" + "---|" * (len(ROLES) + 2)]
    signing_out = {"account_logout", "sso:logout", "sso:logout-confirmed"}
    for name, view in sorted(views().items()):
        if name in signing_out:
            continue
        found = answers_of(clients, name, address_of(name, things, of_room))
        mark = " (POST)" if name in ONLY_POSTED else ""
        lines.append(f"| {name}{mark} | {audience_of(view)} | " + " | ".join(str(found[role]) for role in ROLES) + " |")
    return "\n".join(lines) + "\n"


@pytest.mark.req("B5")
def test_the_answers_are_as_documented(world):
    found = table(world)
    if os.environ.get("TONGBAN_WRITE_ACCESS"):
        DOCUMENT.write_text(found, encoding="utf-8")
    assert found == DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.req("B5")
def test_pages_with_an_audience_send_strangers_to_sign_in():
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(ROLES) + 2 or not cells[2].isdecimal():
            continue
        answered = dict(zip(ROLES, cells[2:], strict=True))
        if cells[1] != EVERYBODY:
            assert answered["anonymous"] == "302", cells[0]
        if cells[1].startswith("holders of a post"):
            assert answered["applicant"] == answered["helper in scope"] == "403", cells[0]
        if cells[1] in {"citizens", "applicants"}:
            assert answered["window"] == answered["system admin"] == "403", cells[0]
