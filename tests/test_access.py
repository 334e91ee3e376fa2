"""Who may open which address, as its room declares it in `audiences`: every address, and what it answers."""

import uuid
from inspect import getclosurevars, isfunction

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tongban.foundation.operations.testing import beat, forget_readiness
from tongban.foundation.rooms import installed
from tongban.foundation.ui.audience import EVERYBODY, audience_of
from tongban.handling.cases.tests import factories
from tongban.people.identity import access
from tongban.people.identity.audiences import Audience
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.sso import rules as sso_rules
from tongban.people.workorders import services as work_orders
from tongban.people.workorders.models import WorkOrder
from tongban.trust.ledger.testing import sequence_now

WHERE = "add it to `audiences` in {}/room.py (see tongban/people/identity/audiences.py)"


def names(patterns, prefix=""):
    """Yield (name, pattern) of each address."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", pattern


def patterns():
    """Return the URL pattern of every page by name, without the operations of the interface."""
    return {name: one for name, one in names(get_resolver().url_patterns) if not name.startswith("api-")}


def addresses_of(room):
    """Return the names of the addresses in a room's `urls.py`."""
    urls = room.part("urls")
    prefix = f"{urls.app_name}:" if hasattr(urls, "app_name") else ""
    return {name for name, _ in names(urls.urlpatterns, prefix)} if urls else set()


def methods_of(view):
    """Return the methods that Django's `require_http_methods` lets through, or None if nothing says."""
    while view is not None:
        asked = getclosurevars(view).nonlocals if isfunction(view) else {}
        if found := asked.get("request_method_list") or asked.get("methods"):
            return set(found)
        view = getattr(view, "__wrapped__", None)
    return None


WHO = {name: who for room in installed() for name, who in room.audiences.items()}
"""Who may open which address, as the rooms declare it."""
ONLY_POSTED = {name for name, pattern in patterns().items() if methods_of(pattern.callback) == {"POST"}}
"""Addresses that accept only POST. tests/test_access_matrix.py asks them."""
ANSWERED_BY_PROTOCOL = {name for name, who in WHO.items() if who == Audience.PROTOCOL}
"""See tongban/people/sso/tests and tests/sso."""
GUARDS = {
    Audience.EVERYBODY: {EVERYBODY},
    Audience.PROTOCOL: {EVERYBODY},
    Audience.SIGNED_IN: {access.SIGNED_IN},
    Audience.PROVED: {access.SIGNED_IN},
    Audience.CITIZEN: {access.CITIZENS, access.APPLICANTS},
    Audience.OWNER: {access.CITIZENS, access.APPLICANTS, access.SIGNED_IN},
    Audience.VISITED: {access.APPLICANTS, access.OFFICERS},
    Audience.OFFICER: {access.OFFICERS},
    Audience.CLERK: {access.OFFICERS, access.POSTS},
    Audience.DEPARTMENT: {access.OFFICERS, access.POSTS},
    Audience.POSTS: {access.OFFICERS, access.POSTS},
}
"""The audiences that a room can declare, and the guards under which each can hold. Services decide about rows."""
GUARDED_OTHERWISE = {"identity:principal": access.SIGNED_IN}
"""Whoever acts for somebody must be able to switch back, whatever became of their right."""
PARAMETERS = {
    "ledger:consistency": {"from": 1}, "ledger:entries": {"start": 0}, "ledger:inclusion": {"position": 0},
}  # fmt: skip


OF_NOTHING = {
    Audience.OWNER: (404, 403), Audience.DEPARTMENT: (403, 404), Audience.POSTS: (403, 403),
    "staff:department": (403, 404), "staff:appoint": (403, 404), "staff:leaving": (403, 404),
    "staff:reissue": (403, 404), "sso:system": (403, 404), "sso:edit": (403, 404),
}  # fmt: skip
"""What a citizen and an officer get for an id that nobody has: by audience, with the exceptions by name."""
FOR_MACHINES = {"operation_pages:detail"}
"""Pages that mostly machines ask for: nobody is sent to the page for signing in."""
SIGNED_OUT = {"account_login", "signin:register"}
"""Pages for people who are signed out. Others are redirected to their own pages."""
LEADS_ON = {
    "elder-on", "elder-off", "mfa_login_webauthn", "mfa_authenticate", "signin:device", "signin:check-code",
    "signin:register-check", "signin:forgotten-check", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "desk:whole",
}  # fmt: skip
"""Pages that redirect: they switch something, are the second step of something that was not begun, or ask a reason."""


@pytest.mark.parametrize("room", installed(), ids=lambda room: room.label)
def test_every_address_declares_who_may_open_it(room):
    folder = room.name.replace(".", "/")
    missing = addresses_of(room) - set(room.audiences)
    assert not missing, f"{sorted(missing)}: nobody says who may open it; {WHERE.format(folder)}"
    gone = set(room.audiences) - addresses_of(room)
    assert not gone, f"{sorted(gone)}: {folder}/room.py declares an audience, but its urls.py has no such address"


def test_every_address_belongs_to_a_room():
    assert set(patterns()) == set(WHO)  # operations of the interface: tests/api/test_access_operations.py


@pytest.mark.req("B5")
def test_the_guard_of_a_view_agrees_with_the_declaration():
    for name, pattern in patterns().items():
        guard, _, _ = audience_of(pattern.callback).partition(":")
        who = WHO.get(name, "")
        may = {GUARDED_OTHERWISE[name]} if name in GUARDED_OTHERWISE else GUARDS.get(who, set())
        assert guard in may, f"{name}: declared for {who or 'nobody'}, but its view is guarded for {guard or 'nobody'}"


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
def test_each_page_admits_only_its_audience(people):
    clients, application = people
    for name, who in WHO.items():
        if name in ONLY_POSTED or who == Audience.PROTOCOL:
            continue
        given = arguments(name, application)
        try:
            address = reverse(name, args=given or [])
        except NoReverseMatch:
            continue  # needs the id of a row; asked below with an id that nobody owns
        clients["nobody"] = Client()  # the pages of signing in give a browser a session
        answer = {person: client.get(address, PARAMETERS.get(name)).status_code for person, client in clients.items()}
        if who == Audience.EVERYBODY:
            assert answer.pop("nobody") == (302 if name in LEADS_ON else 200), name
            assert set(answer.values()) == {302 if name in LEADS_ON | SIGNED_OUT else 200}, (name, answer)
            continue
        assert answer["nobody"] == (401 if name in FOR_MACHINES else 302), (name, answer)
        if who in {Audience.SIGNED_IN, Audience.PROVED}:
            others = {answer[person] for person in clients if person != "nobody"}
            assert others == ({302} if who == Audience.PROVED or name in LEADS_ON else {200}), (name, answer)
            continue
        citizens, officers = {answer["mother"], answer["father"]}, {answer["colleague"], answer["stranger"]}
        if who == Audience.CITIZEN:
            assert (citizens, officers) == ({200}, {403}), (name, answer)
        elif who in {Audience.OFFICER, Audience.CLERK}:
            assert (citizens, officers) == ({403}, {200}), (name, answer)
        elif who in {Audience.POSTS, Audience.VISITED}:
            assert (citizens, officers) == ({403}, {403}), (name, answer)
        elif who == Audience.OWNER:
            assert (answer["mother"], answer["father"], officers) == (200, 404, {403}), (name, answer)
        else:
            assert (citizens, answer["colleague"], answer["stranger"]) == ({403}, 200, 403), (name, answer)


def takes_nothing(name):
    try:
        return bool(reverse(name))
    except NoReverseMatch:
        return False


@pytest.mark.req("B5")
def test_a_made_up_id_gives_no_access(people):
    clients, application = people
    made_up = uuid.uuid4()
    of_rows = {Audience.OWNER, Audience.DEPARTMENT, Audience.POSTS}
    for name in [name for name, who in WHO.items() if who in of_rows and name not in ONLY_POSTED]:
        if arguments(name, application) or takes_nothing(name):
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


def test_a_number_too_long_for_python_does_not_crash(people):
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
