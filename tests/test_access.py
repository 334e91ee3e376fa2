"""Who may open which address. An address that is missing from this table fails the test."""

import uuid

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tongban.foundation.operations.testing import beat, forget_readiness
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.sso import rules as sso_rules
from tongban.people.workorders import services as work_orders
from tongban.people.workorders.models import WorkOrder
from tongban.trust.ledger.testing import sequence_now

ALL, CITIZEN, OFFICER, OWNER = "everybody", "any citizen", "any officer", "its owner"
DEPARTMENT = "the department's officers"
POSTS = "officers of certain posts"
VISITED = "a clerk while somebody is present"
SIGNED_IN, PROVED = "signed in", "signed in, after proving it again"
WHO = {
    "catalog:bundle": ALL, "catalog:bundles": ALL, "catalog:item": ALL, "catalog:items": ALL, "catalog:search": ALL,
    "catalog:suggestions": ALL,
    "ledger:about": ALL, "ledger:certificate": ALL, "ledger:consistency": ALL, "ledger:entries": ALL,
    "ledger:epochs": ALL, "ledger:head": ALL, "ledger:inclusion": ALL, "ledger:key": ALL, "ledger:witnesses": ALL,
    "keys:chain": ALL, "keys:revoked": ALL, "licences:seal_certificate": ALL,
    "keys:inventory": POSTS, "keys:rotate": POSTS, "keys:certificates": POSTS, "keys:certificate": POSTS,
    "home": ALL, "account_login": ALL, "signin:ask-code": ALL, "mfa_login_webauthn": ALL,
    "signin:check-code": ALL, "mfa_authenticate": ALL, "signin:register": ALL, "signin:register-check": ALL,
    "signin:forgotten": ALL, "signin:forgotten-check": ALL, "signin:demo-messages": ALL,
    "sso:configuration": ALL, "sso:metadata": ALL, "sso:keys": ALL, "sso:mine": SIGNED_IN,
    "mfa_index": SIGNED_IN, "usersessions_list": SIGNED_IN, "signin:level": SIGNED_IN,
    "signin:kept": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN, "mfa_reauthenticate": PROVED, "mfa_reauthenticate_webauthn": PROVED,
    "mfa_activate_totp": PROVED, "mfa_deactivate_totp": PROVED, "mfa_add_webauthn": PROVED,
    "mfa_view_recovery_codes": PROVED, "mfa_generate_recovery_codes": PROVED,
    "mfa_remove_webauthn": PROVED, "mfa_edit_webauthn": PROVED,
    "signin:password": PROVED, "signin:phone": PROVED, "signin:phone-check": PROVED, "signin:close": PROVED,
    "licences:issuer_key": ALL, "licences:verify": ALL,
    "licences:verify_form": ALL, "operations:healthz": ALL, "operations:livez": ALL, "operations:readyz": ALL,
    "operation_pages:detail": POSTS, "design": ALL,
    "elder-on": ALL, "elder-off": ALL,
    "cases:start": CITIZEN, "licences:wallet": CITIZEN, "my:applications": CITIZEN, "identity:principal": CITIZEN,
    "acting:overview": CITIZEN, "acting:give": CITIZEN, "acting:acts": CITIZEN,
    "acting:accept": OWNER, "acting:change": OWNER, "acting:end": OWNER, "acting:window": VISITED,
    "cases:check": OWNER, "cases:correction": OWNER, "cases:discard": OWNER, "cases:file": OWNER,
    "cases:materials": OWNER, "cases:page": OWNER, "cases:receipt": OWNER, "cases:tasks": OWNER,
    "cases:withdrawal": OWNER, "licences:document": OWNER, "licences:licence": OWNER, "licences:signature": OWNER,
    "my:data_uses": CITIZEN, "my:objection": OWNER,
    "my:application": OWNER, "my:live": OWNER, "ratings:rate": OWNER,
    "desk:done": OFFICER, "window:visit": OFFICER, "desk:to_do": OFFICER,
    "desk:case": DEPARTMENT, "desk:file": DEPARTMENT, "desk:whole": DEPARTMENT,
    "audit:search": POSTS, "audit:entry": POSTS,
    "staff:departments": POSTS, "staff:policies": POSTS, "staff:department": POSTS, "staff:appoint": POSTS,
    "staff:leaving": POSTS, "staff:reissue": POSTS, "window:confirmations": OFFICER,
    "window:proof": VISITED, "window:check": DEPARTMENT, "signin:offer": OWNER,
    "signin:first-password": PROVED, "signin:objection": ALL, "signin:demo-reader": ALL,
    "workorders:my-orders": CITIZEN, "workorders:raise": CITIZEN, "workorders:my-order": OWNER,
    "workorders:desk-orders": OFFICER, "workorders:desk-order": DEPARTMENT,
}  # fmt: skip
ONLY_POSTED = {
    "staff:post", "audit:person", "audit:export", "acting:claim", "acting:confirm", "acting:window-answer",
    "cases:detach", "account_logout", "window:end", "window:confirm", "staff:withdraw", "signin:check-objection",
    "desk:acceptance", "desk:correction", "desk:decision",
    "desk:delivery", "desk:making", "desk:opinion", "ledger:cosignatures",
    "sso:leave", "sso:consent", "sso:logout-confirmed",
    "workorders:assignments", "workorders:transfers", "workorders:desk-notes", "workorders:answers",
    "workorders:closures", "workorders:my-notes", "workorders:acceptances", "workorders:returns",
    "workorders:withdrawals",
    "sso:submissions", "sso:secrets", "sso:secret-endings", "sso:agreements", "sso:approvals", "sso:returns",
    "sso:suspensions", "sso:resumptions", "sso:retirements",
}  # fmt: skip
"""Addresses that accept only POST. Their guards are tested together with what they do."""
ANSWERED_BY_PROTOCOL = {
    "sso:authorize", "sso:token", "sso:introspect", "sso:revoke", "sso:userinfo", "sso:logout",
    "sso:national", "sso:national-back", "sso:ctid", "sso:ctid-back", "sso:ctid-first",
}  # fmt: skip
"""Endpoints of OpenID Connect and returns from other identity services. See tongban/people/sso/tests and tests/sso."""
OWNERS_AND_REVIEWERS = {"sso:systems", "sso:register", "sso:system", "sso:edit"}
"""For a department's handlers and heads, and the data bureau's administrators. See sso/tests/test_pages.py."""
PARAMETERS = {
    "ledger:consistency": {"from": 1}, "ledger:entries": {"start": 0}, "ledger:inclusion": {"position": 0},
}  # fmt: skip


OF_NOTHING = {
    OWNER: (404, 403), DEPARTMENT: (403, 404), POSTS: (403, 403),
    "staff:department": (403, 404), "staff:appoint": (403, 404), "staff:leaving": (403, 404),
    "staff:reissue": (403, 404),
}  # fmt: skip
"""What a citizen and an officer get for an id that nobody has: by audience, with the exceptions by name."""
SIGNED_OUT = {"account_login", "signin:register"}
"""Pages for people who are signed out. Others are redirected to their own pages."""
LEADS_ON = {
    "elder-on", "elder-off", "mfa_login_webauthn", "mfa_authenticate", "signin:check-code", "signin:register-check",
    "signin:forgotten-check",
}  # fmt: skip
"""Pages that redirect: they switch something, or are the second step of something that was not begun."""


def names(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_address_is_in_the_table():
    pages = {name for name in names(get_resolver().url_patterns) if not name.startswith("api-")}
    elsewhere = ANSWERED_BY_PROTOCOL | OWNERS_AND_REVIEWERS
    assert pages == set(WHO) | ONLY_POSTED | elsewhere  # operations: tests/api/test_access_operations.py


@pytest.fixture
def people(db):
    """Clients of the mother, who owns an application and a draft, of the father and of two officers."""
    city = factories.make_city()
    parents = factories.make_parents(city)
    application = factories.handled_newborn(parents.mother)
    work_orders.raise_order(
        "not-done",
        text="窗口没有人",
        post_id=organisation.post_of(city.departments["市医疗保障局"], "window").id,
        actor=parents.mother,
    )
    sequence_now()
    beat()
    forget_readiness()
    clients = {"nobody": Client()}
    for who, actor in (
        ("mother", parents.mother),
        ("father", parents.father),
        ("colleague", city.officer("市医疗保障局", "window")),
        ("stranger", city.officer("市民政局", "window")),
    ):
        clients[who] = signed_in(actor.subject_id)
    return clients, application


def arguments(name, application):
    case = factories.case_of(application, "maternity")
    order = WorkOrder.objects.get()
    return {
        "catalog:bundle": ["birth"], "catalog:item": ["HJ-01"], "cases:start": ["bundle", "birth"],
        "cases:receipt": [application.number], "cases:withdrawal": [application.number],
        "my:application": [application.number], "my:live": [application.number], "ratings:rate": [application.number],
        "desk:case": [case.number], "desk:whole": [case.number],
        "workorders:my-order": [order.number], "workorders:desk-order": [order.number],
        "keys:rotate": ["data"],
    }.get(name)  # fmt: skip


@pytest.mark.req("B5")
def test_each_page_lets_in_its_audience(people):
    clients, application = people
    for name, who in WHO.items():
        given = arguments(name, application)
        try:
            address = reverse(name, args=given or [])
        except NoReverseMatch:
            continue  # needs the id of a row; asked below with an id that nobody owns
        answer = {person: client.get(address, PARAMETERS.get(name)).status_code for person, client in clients.items()}
        if who is ALL:
            assert answer.pop("nobody") == (302 if name in LEADS_ON else 200), name
            assert set(answer.values()) == {302 if name in LEADS_ON | SIGNED_OUT else 200}, (name, answer)
            continue
        assert answer["nobody"] == 302, (name, answer)
        if who in {SIGNED_IN, PROVED}:
            others = {answer[person] for person in clients if person != "nobody"}
            assert others <= ({200} if who is SIGNED_IN else {302, 404}), (name, answer)
            continue
        citizens, officers = {answer["mother"], answer["father"]}, {answer["colleague"], answer["stranger"]}
        if who is CITIZEN:
            assert (citizens, officers) == ({200}, {403}), (name, answer)
        elif who is OFFICER:
            assert (citizens, officers) == ({403}, {200}), (name, answer)
        elif who in {POSTS, VISITED}:
            assert (citizens, officers) == ({403}, {403}), (name, answer)
        elif who is OWNER:
            assert (answer["mother"], answer["father"], officers) == (200, 404, {403}), (name, answer)
        else:
            assert (citizens, answer["colleague"], answer["stranger"]) == ({403}, 200, 403), (name, answer)


def takes_nothing(name):
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False


@pytest.mark.req("B5")
def test_a_made_up_id_opens_nothing(people):
    clients, application = people
    made_up = uuid.uuid4()
    of_rows = {OWNER, DEPARTMENT, POSTS}
    for name in [name for name, who in WHO.items() if who in of_rows and not arguments(name, application)]:
        if takes_nothing(name):
            continue
        for given in (
            [made_up],
            [made_up, "child"],
            [made_up, made_up],
            [application.number, "X" * 22],
            [application.number, made_up],
        ):
            try:
                address = reverse(name, args=given)
            except NoReverseMatch:
                continue
            assert clients["nobody"].get(address).status_code == 302, name
            answers = tuple(clients[person].get(address).status_code for person in ("father", "stranger"))
            assert answers == OF_NOTHING.get(name, OF_NOTHING[WHO[name]]), name
            break
        else:
            pytest.fail(f"no arguments fit {name}")


def test_a_number_that_python_does_not_read_is_no_crash(people):
    """`isdecimal` accepts more than 4300 digits, but `int` refuses them."""
    clients, application = people
    digits = "9" * 4400
    for address in ("/my/", "/mandates/", "/mandates/acts/", "/my/work-orders/", "/wallet/", "/items/", "/my/systems/"):
        assert clients["mother"].get(address, {"page": digits}).status_code == 200, address
    assert clients["colleague"].get("/desk/", {"page": digits}).status_code == 200
    assert clients["nobody"].get("/sso/authorize", {"max_age": digits, "client_id": "x"}).status_code == 400
    with pytest.raises(ValueError, match="9999"):
        sso_rules.requested_age(digits)
    rated = clients["mother"].post(reverse("ratings:rate", args=[application.number]), {"level": digits})
    assert rated.status_code == 422
