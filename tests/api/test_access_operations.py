"""Call every operation as every kind of caller, and compare the answers with docs/access-operations.md.

`TONGBAN_WRITE_ACCESS=1 bin/test tests/api/test_access_operations.py` writes the tables again. Read the difference
before you commit it.
"""

import os
import re
from pathlib import Path

import pytest
from django.db import transaction

from tests.api.callers import (
    SessionOnlyClient,
    acting_for,
    agent_of,
    applicant_data,
    at_system,
    by_mandate,
    ended,
    in_its_own_name,
    party_of,
    since_an_officer,
    systems_of,
)
from tests.api.conftest import ITEM, ApiClient, an_item, token_for
from tests.api.test_applying import paper
from tongban.exchange.licences.models import Licence
from tongban.handling.cases.tests import factories
from tongban.handling.cases.tests.test_identities import make_firm
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import Material
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.services.mandates import MandateScope
from tongban.people.identity.testing import signed_in
from tongban.site.api import api

pytestmark = [pytest.mark.django_db, pytest.mark.req("B5")]
DOCUMENT = Path(__file__).parents[2] / "docs" / "access-operations.md"
HEAD = """# Who may call which operation

`tests/api/test_access_operations.py` writes this page. It calls every operation as each of these callers, with a valid
request, and compares the answers. Each call is rolled back before the next. The operations work on a draft with its
paper, on a submitted application that waits for a correction, and on a result. 200 and 201 mean that the caller is let
in, 401 that there is no such token, 403 that the call is refused. 404 reveals nothing, not even that the row exists.
Lists contain only the caller's own rows. The code to verify is made up, so 404 is the best answer that anybody gets.
The pages are in [access.md](access.md).

Every token has scopes; "without the scope" has all but the one that the operation needs. The interface knows no
mandates. Helpers and agents have tokens of their own and see only their own data, and so does a system to which they
sign in.
"""
PERSON = (
    "no token", "made up", "session only", "applicant", "without the scope", "revoked", "expired", "other citizen",
    "helper in scope", "helper out of scope", "since an officer", "system", "system without the scope",
    "system signed out of", "system for an officer", "system in its own name",
)  # fmt: skip
FIRM = (
    "representative", "representative in their own name", "former representative", "agent in scope",
    "agent out of scope", "system for the firm", "system of a former representative", "system of an agent",
)  # fmt: skip
OF_A_PERSON, OF_A_FIRM = "What is a person's", "What is a firm's"
LET_IN = {200, 201}
NO_TOKEN = {
    "no token", "made up", "session only", "revoked", "expired", "since an officer", "system signed out of",
    "system for an officer", "system in its own name",
}  # fmt: skip
WITHOUT = {"without the scope", "system without the scope"}


def operations():
    """Return (path, method, scope) of every operation of the interface; no scope means open to everybody."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                scopes = [check.scope for check in operation.auth_callbacks]
                found += [(method, f"{prefix}{path}", scopes[0] if scopes else "") for method in operation.methods]
    return sorted((path, method, scope) for method, path, scope in found)


def request_of(path, method, things):
    """Return the address and the body of a valid request for an applicant's data."""
    submitted = path.endswith("/withdrawal")
    names = {
        "application_id": things.submitted if submitted else things.draft,
        "number": things.case,
        "result_id": things.result,
        "key": "birth" if "bundles" in path else "paper",
        "code": "WJ-01",
    }
    address = re.sub(r"{(?:\w+:)?(\w+)}", lambda found: names[found[1]], path)
    bodies = {
        ("POST", "/applications"): {"kind": "item", "service": ITEM},
        ("PATCH", "/applications/{application_id}/answers"): {"answers": {"purpose": "入学"}},
        ("POST", "/applications/{application_id}/submission"): {"checked": things.stamp},
        ("POST", "/applications/{application_id}/withdrawal"): {"reason": "不办了"},
        ("POST", "/verification"): {"code": Licence.objects.get(id=things.result).verify_code},
    }
    return address, bodies.get((method, path))


def answer(client, path, method, things):
    """Return the answer to a caller, and roll back what the call changed."""
    address, body = request_of(path, method, things)
    with transaction.atomic():
        if (method, path) == ("POST", "/applications/{application_id}/materials/{key}"):
            found = client.upload(address, paper())
        else:
            found = client.send(method, address, body)
        transaction.set_rollback(True)
    return found


@pytest.fixture
def served(city):
    spec = an_item(
        serves=("person", "organisation"), materials=(Material(key="paper", name="情况说明", source="upload"),)
    )
    return catalog.publish_item(spec, actor=factories.CITY)


@pytest.fixture
def systems(city):
    return systems_of(city)


@pytest.fixture
def of_a_person(city, parents, served, systems):
    """The mother's data and the callers that ask for it; one caller for each scope that could be missing."""
    mother = parents.mother
    party, browser = party_of(systems), signed_in(mother.subject_id)
    left = signed_in(mother.subject_id)
    callers = {
        "no token": ApiClient(),
        "made up": ApiClient("tb_made-up"),
        "session only": SessionOnlyClient(mother.subject_id),
        "applicant": ApiClient(token_for(mother.subject_id)),
        "revoked": ended(mother.subject_id, "revoked"),
        "expired": ended(mother.subject_id, "expired"),
        "other citizen": ApiClient(token_for(parents.father.subject_id)),
        "helper in scope": agent_of(city, mother, "family", MandateScope("all")),
        "helper out of scope": agent_of(city, mother, "family", MandateScope("items", ("HJ-08",))),
        "since an officer": since_an_officer(city),
        "system": at_system(party, browser),
        "system signed out of": at_system(party, left),
        "system for an officer": at_system(party, signed_in(city.officer("市公安局", "window").subject_id)),
        "system in its own name": in_its_own_name(systems),
    }
    left.post("/sign-out/")
    for scope in SCOPES:
        others = [one for one in SCOPES if one != scope]
        callers["without the scope", scope] = ApiClient(token_for(mother.subject_id, others))
        callers["system without the scope", scope] = at_system(
            party, signed_in(mother.subject_id), " ".join(["openid", *others])
        )
    return callers, applicant_data(callers["applicant"], mother.subject_id, city)


@pytest.fixture
def of_a_firm(city, parents, served, systems):
    """The firm's data and the callers that ask for it. The father represents the firm; the mother did before."""
    father, mother = parents.father.subject_id, parents.mother.subject_id
    firm = make_firm(parents, "云帆软件", "1")
    identities.entitle_representative(firm.id, person_id=mother, actor=factories.CITY)
    party = party_of(systems)
    for_firm = Actor(subject_id=father, principal_id=firm.id)
    callers = {
        "former representative": ApiClient(token_for(mother, principal_id=firm.id)),
        "system of a former representative": at_system(party, acting_for(mother, firm.id)),
    }
    identities.end_representation(firm.id, person_id=mother, reason="变更", actor=factories.CITY)
    in_scope = agent_of(city, for_firm, "agent", MandateScope("all"))
    callers |= {
        "representative": ApiClient(token_for(father, principal_id=firm.id)),
        "representative in their own name": ApiClient(token_for(father)),
        "agent in scope": in_scope,
        "agent out of scope": agent_of(city, for_firm, "agent", MandateScope("items", ("HJ-08",))),
        "system for the firm": at_system(party, acting_for(father, firm.id)),
        "system of an agent": at_system(party, by_mandate(city, for_firm)),
    }
    return callers, applicant_data(callers["representative"], firm.id, city)


def rows(kinds, callers, things):
    """Return the answers to each kind of caller by operation and scope."""
    found = {}
    for path, method, scope in operations():
        asked = scope or next(iter(SCOPES))
        found[f"{method} {path}", scope or "everybody"] = [
            answer(callers.get(kind) or callers[kind, asked], path, method, things) for kind in kinds
        ]
    return found


def table(title, kinds, found):
    lines = [f"## {title}", "", "| operation | scope | " + " | ".join(kinds) + " |", "|" + "---|" * (len(kinds) + 2)]
    for names, answers in found.items():
        lines.append("| " + " | ".join([*names, *(str(one.status_code) for one in answers)]) + " |")
    return "\n".join(lines) + "\n"


def check_lists(things, kinds, found, owners):
    """Check that lists show an applicant's rows to that applicant, and to nobody else."""
    for operation, ids in (
        ("GET /applications", {things.draft, things.submitted}), ("GET /results", {things.result}),
    ):  # fmt: skip
        (answers,) = (answers for (name, _), answers in found.items() if name == operation)
        for kind, one in zip(kinds, answers, strict=True):
            assert {one_id for one_id in ids if one_id in one.content.decode()} == (ids if kind in owners else set())


def check_document(title, kinds, found):
    """Check that the document has the table under its title; with TONGBAN_WRITE_ACCESS, write it."""
    written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else HEAD
    made = table(title, kinds, found)
    if os.environ.get("TONGBAN_WRITE_ACCESS"):
        parts = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", written, re.S | re.M))
        parts[title] = made.partition("\n")[2]
        ordered = [f"## {name}\n{parts[name].strip()}\n" for name in (OF_A_PERSON, OF_A_FIRM) if name in parts]
        written = "\n".join([HEAD, *(part.replace("\n|", "\n\n|", 1) for part in ordered)])
        DOCUMENT.write_text(written, encoding="utf-8")
    assert made in written


def test_a_persons_data_is_answered_as_documented(of_a_person):
    found = rows(PERSON, *of_a_person)
    for (operation, scope), answers in found.items():
        said = dict(zip(PERSON, answers, strict=True))
        assert said["applicant"].status_code in LET_IN, operation
        if scope != "everybody":
            assert {said[kind].status_code for kind in NO_TOKEN} == {401}, operation
            assert scope in said["without the scope"].json()["detail"], operation
            assert {said[kind].status_code for kind in WITHOUT} == {403}, operation
    check_lists(of_a_person[1], PERSON, found, {"applicant", "system"})
    check_document(OF_A_PERSON, PERSON, found)


def test_a_firms_data_is_answered_as_documented(of_a_firm):
    found = rows(FIRM, *of_a_firm)
    check_lists(of_a_firm[1], FIRM, found, {"representative", "system for the firm"})
    check_document(OF_A_FIRM, FIRM, found)
