"""Attacks on the middleware of kept pages: nothing of one reader reaches another."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.foundation.ui import keeping, page_cache
from tongban.foundation.ui.kept_pages import pages
from tongban.foundation.ui.tests import kept_views
from tongban.foundation.ui.tests.kept_views import calls, number
from tongban.people.identity import services
from tongban.people.identity.actors import machine
from tongban.people.identity.testing import signed_in
from tongban.people.signin.cookies import MARK

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(kept_views.__name__)]


@pytest.fixture(autouse=True)
def _nothing_kept():
    pages.clear()
    calls.clear()


def test_a_declared_page_is_rendered_once_for_everybody():
    assert [number(Client()) for _ in range(3)] == [1, 1, 1]
    assert number(Client(), "/leaky/?page=2") == 2
    assert [number(Client(), "/leaky/?page=2"), number(Client(), "/other/")] == [2, 3]


def test_nothing_is_kept_without_a_declaration():
    assert [number(Client(), "/not-declared/") for _ in range(2)] == [1, 2]
    assert [number(Client(), "/leaky/?word=1") for _ in range(2)] == [3, 4]
    assert not len(pages)


SECRETS = st.text("abcdef0123456789", min_size=8, max_size=12)
COOKIES = st.dictionaries(
    st.sampled_from(
        [
            "sessionid",
            "csrftoken",
            "elder",
            "__Host-elder",
            "known_browser",
            "visitor",
            "_ga",
            "messages",
            "__Host-session",
        ]
    ),
    SECRETS | st.just("1"),
    max_size=4,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Accept-Language", "User-Agent", "Referer", "X-Forwarded-For", "X-Real-IP", "Authorization", "HX-Request",
         "Accept", "If-None-Match", "traceparent", "X-Requested-With", "Cache-Control", "X-Autosave"]
    ),
    SECRETS | st.just("text/html"),
    max_size=4,
)  # fmt: skip
ASKED = st.tuples(COOKIES, HEADERS, st.sampled_from(["GET", "HEAD"]), st.sampled_from(["", "?page=1", "?word=2"]))


def _secrets(cookies, headers):
    return {value for value in (*cookies.values(), *headers.values()) if value not in {"1", "text/html"}}


@given(requests=st.lists(ASKED, min_size=1, max_size=6))
def test_no_request_puts_anything_of_its_own_into_what_others_see(requests):
    pages.clear()
    said: set[str] = set()
    for cookies, headers, method, query in requests:
        client = Client(raise_request_exception=False)
        client.cookies.load(cookies)
        client.generic(method, f"/leaky/{query}", headers=headers, REMOTE_ADDR="203.0.113.9")
        said |= _secrets(cookies, headers) | {"203.0.113.9"}
        everything = repr(
            [(key, page.content, page.headers) for kept in pages._pages.values() for key, page in kept.items()]
        )
        assert not [secret for secret in said if secret in everything]
        for shown in ("", "?page=1"):
            assert not [secret for secret in said if secret in Client().get(f"/leaky/{shown}").content.decode()]


@given(cookies=COOKIES, headers=HEADERS, query=st.sampled_from(["", "?page=1", "?word=2"]))
def test_a_kept_page_says_what_a_fresh_one_says(cookies, headers, query):
    """The design page from memory and from its view, byte for byte, whatever the reader sends along."""
    pages.clear()
    Client().get(f"/design/{query}")
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    headers = {name: value for name, value in headers.items() if name != "If-None-Match"}
    first = client.get(f"/design/{query}", headers=headers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_cache, "is_anonymous", lambda request: False)
        patch.setattr(page_cache, "keeping_of", lambda view: None)
        client.cookies.load(cookies)
        fresh = client.get(f"/design/{query}", headers=headers)
    assert (first.status_code, first.content) == (fresh.status_code, fresh.content)
    assert first.headers.get("Content-Security-Policy") == fresh.headers.get("Content-Security-Policy")


def test_a_signed_in_reader_gets_and_leaves_no_kept_page(db):
    person = services.register_person(name="李文敏", division_code="990102", actor=machine("test"))
    browser = signed_in(person.id)
    assert json.loads(browser.get("/leaky/").content)["user"]
    assert not len(pages)
    assert number(Client()) == 2
    assert json.loads(browser.get("/leaky/").content)["user"]
    assert number(Client()) == 2


@pytest.mark.parametrize("how", ["cookie", "token", "session", "message", "header", "vary", "status", "refused"])
def test_a_page_that_was_made_for_somebody_is_not_kept(how):
    for _ in range(2):
        Client(raise_request_exception=False).get(f"/spoilt/{how}/")
    assert calls == [how, how]
    assert not len(pages)


def test_an_innocent_page_at_the_same_address_is_kept():
    assert Client().get("/spoilt/not-at-all/").content == Client().get("/spoilt/not-at-all/").content
    assert calls == ["not-at-all"]


def test_the_elders_edition_has_pages_of_its_own():
    grown_up, old = Client(), Client()
    old.cookies["elder"] = "1"
    assert [number(grown_up), number(old), number(grown_up), number(old)] == [1, 2, 1, 2]
    assert json.loads(old.get("/leaky/").content)["elder"] is True


def test_hosts_and_schemes_do_not_share_pages(settings):
    settings.ALLOWED_HOSTS = ["a.example", "b.example"]
    assert [number(Client(), headers={"Host": host}) for host in ("a.example", "b.example", "a.example")] == [1, 2, 1]
    assert number(Client(), secure=True, headers={"Host": "a.example"}) == 3


def test_hosts_that_strangers_make_up_do_not_drive_out_the_citys(settings):
    settings.ALLOWED_HOSTS = ["a.example", ".b.example"]
    for host in ("a.example", "a.example:81", "x1.b.example", "x2.b.example"):
        number(Client(), headers={"Host": host})
    assert [len(kept) for kept in pages._pages.values()] == [1, 3]


@pytest.mark.parametrize("name", ["sessionid", "__Host-session"])
def test_whoever_may_have_a_session_gets_no_kept_page(settings, name):
    """Also by the cookie from before the name changed, which is still accepted once."""
    settings.SESSION_COOKIE_NAME = "__Host-session"
    reader = Client()
    reader.cookies[name] = "a" * 32
    assert [number(reader), number(reader)] == [1, 2]
    assert not len(pages)


def _with_session(**content):
    reader = Client()
    session = reader.session
    session.update(content)
    session.save()
    return reader


def test_whoever_has_signed_out_gets_the_kept_page():
    """A session that is over, or that holds nothing: the page depends on none of their cookies."""
    assert number(Client()) == 1
    over = Client()
    over.cookies["sessionid"] = "a" * 32
    empty = _with_session()
    for reader in (over, empty):
        reader.cookies["csrftoken"] = "b" * 32
        assert [number(reader), number(reader)] == [1, 1]
    empty.cookies["elder"] = "1"
    assert number(empty) == 2, "the elders' edition is another page, and none of it was kept"
    assert number(Client()) == 1


def test_whoever_has_a_session_with_nothing_but_its_mark_gets_the_kept_page():
    """In production every session carries the mark of its own cookie (`harmless`)."""
    assert number(Client()) == 1
    reader = _with_session(**{MARK: 1})
    assert [number(reader), number(reader)] == [1, 1]
    other = _with_session(**{MARK: 1, "anything": 1})
    assert number(other) == 2


@pytest.mark.parametrize("key", ["_messages", "anything", "_auth_user_id", "_auth_user_hash"])
def test_whoever_has_something_in_their_session_gets_a_page_of_their_own(key):
    assert number(Client()) == 1
    reader = _with_session(**{key: "01936f2e-0000-7000-8000-000000000000"})
    assert number(reader) == 2
    assert number(Client()) == 1, "and nothing of it is kept"
    assert number(reader, headers={"HX-Request": "true"}) == 3


def test_a_reader_who_has_the_page_gets_304_without_new_headers():
    page = Client().get("/design/")
    assert page.headers["Cache-Control"] == "no-cache"
    assert page.headers["Vary"] == "Cookie"
    for known in (page.headers["ETag"], f"W/{page.headers['ETag']}", '"x", ' + page.headers["ETag"], "*"):
        again = Client().get("/design/", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == page.headers["ETag"]
        assert "Content-Security-Policy" not in again.headers, "it would replace that of the page"
    assert Client().get("/design/", headers={"If-None-Match": '"x"'}).status_code == 200
    pages.clear()
    first = Client().get("/design/", headers={"If-None-Match": page.headers["ETag"]})
    assert first.status_code == 304, "a page that this process renders for the first time"


def test_head_is_answered_from_a_kept_page_and_keeps_none():
    assert Client().head("/design/").status_code == 200
    assert not len(pages)
    page = Client().get("/design/")
    head = Client().head("/design/")
    assert (head.headers["ETag"], head.headers["Content-Length"]) == (page.headers["ETag"], str(len(page.content)))


def test_a_page_ends_with_what_ages_on_it_and_at_midnight():
    noon = datetime(2026, 12, 1, 12, tzinfo=clock.CITY_TIME)
    for start, minutes, rendered in [(noon, 2, 1), (noon, 4, 2)]:
        pages.clear()
        calls.clear()
        for moment in (start, start + timedelta(minutes=minutes)):
            with clock.at_moment(moment):
                Client().get("/ages/")
        assert len(calls) == rendered
    late = noon.replace(hour=23, minute=55)
    for minutes, rendered in [(4, 1), (6, 2)]:
        pages.clear()
        calls.clear()
        for moment in (late, late + timedelta(minutes=minutes)):
            with clock.at_moment(moment):
                Client().get("/leaky/")
        assert len(calls) == rendered
    assert keeping.limit_of is page_cache.limit_of


@pytest.mark.django_db(transaction=False)
def test_within_a_transaction_nothing_is_kept():
    with transaction.atomic():
        assert [number(Client()), number(Client())] == [1, 2]
    assert not len(pages)
