"""Ask every address as every kind of person, and compare the answers with docs/access.md.

`TONGBAN_WRITE_ACCESS=1 bin/test tests/test_access_matrix.py` writes the table again. Read the difference before you
commit it.
"""

import os
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter

from tests.test_access import LEADS_ON, ONLY_POSTED, PARAMETERS, WHO, patterns
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.operations.testing import beat, forget_readiness
from tongban.foundation.ui.audience import EVERYBODY, audience_of
from tongban.handling.cases import services as cases
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.people.datauses import queries as datauses
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import machine
from tongban.people.identity.audiences import Audience
from tongban.people.identity.services.mandates import MandateScope
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.organisation.rules import ADMINISTRATORS, POST_LABELS
from tongban.people.signin.testing import prove_again
from tongban.people.sso import services as sso
from tongban.people.workorders import services as work_orders
from tongban.trust.keys import services as keys
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import sequence_now

NOBODYS = UUID("0197a000-0000-7000-8000-000000000000")
HEAD = """# Who may open which address

`tests/test_access_matrix.py` writes this page. It asks every address as each of these persons and compares the answers.
"Declared for" is what the room says in `audiences` of its `room.py`, "guard" what the view itself checks first. The
applicant has submitted a newborn bundle and granted both helpers their mandates. Window and head belong to a department
that handles one of its cases; the visitor of the "clerk at a visit" is the applicant. The administrators hold no other
post. All officers have just proved again who they are; citizens have not, except in the column that says so. Every
request is rolled back. Where the test has no row for an address, it uses a made-up id, so 404 is the best answer that
anybody gets, and the test names the other test that shows who is let in.

200 and 422 mean that the person is let in (422 answers an empty form), as 302 does for a POST: done. Any other 302
leads to another page, "302 sign-in" to signing in and "302 proof" to a fresh proof. 403 refuses. 404 reveals nothing,
not even that the row exists. The operations of the programming interface are in
[access-operations.md](access-operations.md).
"""
ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "access.md"
INSURANCE, CIVIL = "市医疗保障局", "市民政局"
ROLES = (
    "anonymous", "applicant", "applicant with proof", "other citizen", "helper in scope", "helper out of scope",
    "window", "clerk at a visit", "head", "other department", "system admin", "security admin", "audit admin",
)  # fmt: skip
CITIZENS, HELPERS = ("applicant", "other citizen"), ("helper in scope", "helper out of scope")
ADMINS = ("system admin", "security admin", "audit admin")
OFFICERS = ("window", "head", "other department", *ADMINS)
SHOWN_ELSEWHERE = {}
"""Addresses that let nobody in here: why, and the test that shows whom they let in."""


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
        "applicant with proof": prove_again(signed_in(mother.subject_id)),
        "other citizen": signed_in(parents.father.subject_id),
        "window": prove_again(signed_in(city.officer(INSURANCE, "window").subject_id)),
        "clerk at a visit": prove_again(signed_in(city.officer(INSURANCE, "window").subject_id)),
        "head": prove_again(signed_in(city.officer(INSURANCE, "head").subject_id)),
        "other department": prove_again(signed_in(city.officer(CIVIL, "window").subject_id)),
    }
    clients["helper in scope"], mandate = helper(city, mother, MandateScope("all"))
    clients["helper out of scope"], _ = helper(city, mother, MandateScope("items", ("HJ-08",)))
    for kind in ADMINISTRATORS:
        post = organisations.establish_post(office.id, kind=kind, name=f"{POST_LABELS[kind]}岗", actor=machine("test"))
        person = identities.register_person(name="郑毅", division_code="990100", actor=machine("test"))
        identities.appoint(person.id, post_id=post.id, actor=machine("test"))
        clients[f"{kind.removesuffix('-admin')} admin"] = prove_again(signed_in(person.id))
    person = identity.subject(mother.subject_id)
    seen = {"number": person.number, "name": person.name, "seen": "yes"}
    assert clients["clerk at a visit"].post(reverse("window:visit"), seen).status_code == 302
    sequence_now()
    beat()
    forget_readiness()
    case = factories.case_of(application, "maternity")
    window = organisation.post_of(office.id, "window")
    licence = Licence.objects.exclude(case_number="").order_by("-issued_at").first()
    head = city.officer(INSURANCE, "head")
    seal = keys.certificate_of(f"seal:{office.id}", office.id)
    father = identity.subject(parents.father.subject_id)
    pending = identities.grant(
        "family", name=father.name, number=father.number, scope=MandateScope("all"), relation="丈夫",
        until=clock.legal_day(clock.now()) + timedelta(days=30), actor=mother,
    )  # fmt: skip
    attached = cases.attach(draft.id, "m1", content=factories.PDF, name="身份证.pdf", actor=mother)
    of_room = {
        "desk": {"number": case.number},
        "workorders": {"number": order.number},
        "licences": {"code": licence.verify_code},
        "audit": {},
        "acting:accept": {"mandate_id": pending.id},
        "keys:revoked": {"certificate_id": seal.issuer_id},
    }
    things = {
        "number": application.number, "case_number": case.number, "code": "HJ-01", "key": "birth", "kind": "bundle",
        "licence_id": licence.id, "department_id": office.id, "post_id": window.id, "level": "data",
        "subject_id": city.officer(INSURANCE, "window").subject_id, "mandate_id": mandate.id,
        "entry_id": Entry.objects.order_by("id").first().id, "material": "m1", "page": Plan(draft).pages[0][0],
        "draft_id": draft.id, "attachment_id": attached.id, "certificate_id": seal.id,
        "offer_id": identities.offer_post(father.id, post_id=window.id, actor=head).id,
        "use_id": datauses.uses_of(mother.subject_id, filters=datauses.Filters()).rows[0].id,
        "system_id": system_of(head).id,
    }  # fmt: skip
    return clients, things, of_room


def system_of(head):
    """Return a system that the department of this head has registered, and that waits for its review."""
    wanted = {
        "name": "公积金查询", "kind": "web", "purpose": "查询和提取您的住房公积金", "duty": "《住房公积金管理条例》",
        "redirect_uris": ["https://gjj.example/callback"], "post_logout_uris": [], "logout_uri": "",
        "scopes": {"openid": "", "profile": "称呼本人"},
    }  # fmt: skip
    post = head.posts[0]
    system = sso.draft_system(post.department_id, contact_id=post.post_id, wanted=wanted, actor=head)
    return sso.submit_system(system.id, actor=head)


def address_of(name, things, of_room):
    """Return the address of a page with ids of the fixture's rows, or a made-up id where it has no such row."""
    known = things | of_room.get(name.partition(":")[0], {}) | of_room.get(name, {})
    return reverse(
        name,
        kwargs={
            key: known.get(key, 0 if isinstance(converter, IntConverter) else NOBODYS)
            for key, converter in patterns()[name].pattern.converters.items()
        },
    )


@contextmanager
def undone():
    """Roll back what is written inside. Like the block around a test, it does not count for durable blocks."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def answer(client, name, address):
    """Ask an address, and return the status for the table. What the request changes is rolled back."""
    query = urlencode({} if name in ONLY_POSTED else PARAMETERS.get(name, {}))
    cookies = client.cookies.copy()
    with undone():
        found = client.generic("POST" if name in ONLY_POSTED else "GET", address, QUERY_STRING=query)
    client.cookies = cookies
    to = LEADS_TO.get(urlsplit(found["Location"]).path, "") if found.status_code == 302 else ""
    return f"{found.status_code} {to}".strip()


LEADS_TO = {"/sign-in/": "sign-in", "/confirm/": "proof"}


def table(world):
    clients, things, of_room = world
    titles = ["address", "declared for", "guard", *ROLES]
    lines = [HEAD, f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for name, pattern in sorted(patterns().items()):
        address = address_of(name, things, of_room)
        mark = " (POST)" if name in ONLY_POSTED else ""
        found = [answer(clients[role], name, address) for role in ROLES]
        lines.append(f"| {' | '.join([f'{name}{mark}', WHO.get(name, ''), audience_of(pattern.callback), *found])} |")
    return "\n".join(lines) + "\n"


@pytest.mark.req("B5")
def test_the_answers_are_as_documented(world):
    found = table(world)
    if os.environ.get("TONGBAN_WRITE_ACCESS"):
        DOCUMENT.write_text(found, encoding="utf-8")
    assert found == DOCUMENT.read_text(encoding="utf-8")


def rows():
    """Return what the table says: name -> role -> answer."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    return {row[0].removesuffix(" (POST)"): dict(zip(ROLES, row[3:], strict=True)) for row in cells[1:]}


def admitted(name):
    """Return the roles that the table shows as let in."""
    done = {"200", "422", "302"} if name in ONLY_POSTED or name in LEADS_ON else {"200", "422"}
    return {role for role, said in rows()[name].items() if said in done}


GUARDED = sorted(name for name, pattern in patterns().items() if audience_of(pattern.callback) != EVERYBODY)


@pytest.mark.req("B5")
def test_an_address_that_lets_nobody_in_names_the_test_that_shows_whom_it_does():
    """A guard that refuses everybody would look the same in the table."""
    unshown = {name for name in GUARDED if not admitted(name)}
    assert unshown - set(SHOWN_ELSEWHERE) == set(), "give the fixture a row for it, or name a test in SHOWN_ELSEWHERE"
    assert set(SHOWN_ELSEWHERE) - unshown == set(), "the table shows it: take it out of SHOWN_ELSEWHERE"
    for name, (_, test) in SHOWN_ELSEWHERE.items():
        file, _, function = test.partition("::")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), f"{name}: there is no {test}"


@pytest.mark.req("B5")
def test_pages_with_an_audience_send_strangers_to_sign_in():
    assert {name: rows()[name]["anonymous"] for name in GUARDED} == dict.fromkeys(GUARDED, "302 sign-in")


FOR = {
    Audience.SIGNED_IN: (set(ROLES) - {"anonymous"}, set()),
    Audience.PROVED: ({"applicant with proof"}, {"applicant", "other citizen"}),
    Audience.CITIZEN: (set(CITIZENS), set(OFFICERS)),
    Audience.OWNER: (set(), set(OFFICERS)),
    Audience.VISITED: ({"clerk at a visit"}, set(ROLES) - {"clerk at a visit"}),
    Audience.OFFICER: (set(OFFICERS), {*CITIZENS, *HELPERS}),
    Audience.CLERK: ({"window", "other department"}, {*CITIZENS, *HELPERS, *ADMINS}),
    Audience.DEPARTMENT: ({"head"}, {*CITIZENS, *HELPERS, "other department", *ADMINS}),
    Audience.POSTS: (set(), {*CITIZENS, *HELPERS, "window", "other department"}),
}
"""By audience, who has to be let in (where anybody is) and who must not be."""


@pytest.mark.req("B5")
@pytest.mark.parametrize("name", GUARDED)
def test_the_answers_keep_what_the_room_declares(name):
    inside, (must, never) = admitted(name), FOR[WHO[name]]
    assert not inside & never, f"declared for {WHO[name]}"
    if inside:
        assert must <= inside, f"declared for {WHO[name]}"
    if WHO[name] == Audience.OWNER:
        assert not set(CITIZENS) <= inside, "both citizens get in, and only one of them owns the row"
