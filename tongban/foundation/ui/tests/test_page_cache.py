"""Attacks on the kept pages: nothing of one reader reaches another, and nothing that was replaced is shown."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.contrib import messages
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_safe
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import elder, keeping, page_cache, publications
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.keeping import keep_until, kept
from tongban.foundation.ui.kept_pages import KeptPages, Key, Page, pages
from tongban.foundation.ui.publications import CATALOGUE
from tongban.people.identity import services
from tongban.people.identity.actors import machine
from tongban.people.identity.testing import signed_in
from tongban.site.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tongban.site.urls import urlpatterns as all_of_them

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
calls: list[str] = []


def _echo(request):
    """A view that breaks every rule: it shows all that it can find out about its reader."""
    calls.append(request.path)
    user = getattr(request, "user", None)
    return {
        "cookies": request.COOKIES,
        "headers": {k: v for k, v in request.META.items() if k.startswith(("HTTP_", "REMOTE", "CSRF", "CONTENT_"))},
        "more": dict(request.headers),
        "user": str(getattr(user, "pk", "")),
        "session": dict(getattr(request, "session", {})),
        "query": dict(request.GET.lists()),
        "elder": elder.chosen(request),
        "number": len(calls),
    }


@public
@kept(CATALOGUE, query=("page",))
@require_safe
def leaky(request):
    return HttpResponse(json.dumps(_echo(request)), content_type="text/html; charset=utf-8")


@public
@kept()
@require_safe
def spoilt(request, how):
    calls.append(how)
    answer = HttpResponse("x")
    if how == "cookie":
        answer.set_cookie("a", "b")
    elif how == "token":
        answer = HttpResponse(get_token(request))
    elif how == "session":
        request.session["a"] = 1
    elif how == "message":
        messages.info(request, "您好")
    elif how == "header":
        answer.headers["Cache-Control"] = "private"
    elif how == "vary":
        answer.headers["Vary"] = "Accept-Language"
    elif how == "status":
        answer.status_code = 404
    elif how == "refused":
        raise NotAllowed
    return answer


@public
@kept()
@require_safe
def ages(request):
    calls.append("ages")
    keep_until(request, clock.now() + timedelta(minutes=3))
    return HttpResponse("x")


@public
@require_safe
def not_declared(request):
    return HttpResponse(json.dumps(_echo(request)), content_type="text/html")


urlpatterns = [
    path("leaky/", leaky),
    path("other/", leaky),
    path("spoilt/<how>/", spoilt),
    path("ages/", ages),
    path("not-declared/", not_declared),
    *all_of_them,
]


@pytest.fixture(autouse=True)
def _nothing_kept():
    pages.clear()
    calls.clear()


def publish(topic=CATALOGUE):
    """Change a table that a page shows, as far as the trigger is concerned."""
    table = "catalog_current_item" if topic == CATALOGUE else "organisation_department"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def elsewhere(work):
    def run():
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(run).result()


def number(client, address="/leaky/", **more):
    return json.loads(client.get(address, **more).content)["number"]


def test_a_declared_page_is_rendered_once_for_everybody():
    assert [number(Client()) for _ in range(3)] == [1, 1, 1]
    assert number(Client(), "/leaky/?page=2") == 2
    assert [number(Client(), "/leaky/?page=2"), number(Client(), "/other/")] == [2, 3]


def test_nothing_is_kept_without_a_declaration():
    assert [number(Client(), "/not-declared/") for _ in range(2)] == [1, 2]
    assert [number(Client(), "/leaky/?word=1") for _ in range(2)] == [3, 4]
    assert not len(pages)


def test_a_publication_of_another_process_is_seen_by_the_next_reader():
    assert [number(Client()), number(Client())] == [1, 1]
    elsewhere(publish)
    assert [number(Client()), number(Client())] == [2, 2]
    elsewhere(lambda: publish("departments"))
    assert number(Client()) == 2, "a page that does not show departments"


def test_what_is_not_committed_is_not_seen_and_not_kept():
    began, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            publish()
            began.set()
            assert go_on.wait(20)

    with ThreadPoolExecutor(1) as other:
        work = other.submit(lambda: (slow(), connections.close_all()))
        assert began.wait(20)
        assert [number(Client()), number(Client())] == [1, 1]
        go_on.set()
        work.result()
    assert [number(Client()), number(Client())] == [2, 2]


def test_a_publication_between_the_version_and_the_page_makes_the_page_old(monkeypatch):
    """Whoever renders a page reads its version first, so what is published meanwhile is never missed."""

    echo = _echo

    def published_meanwhile(request):
        elsewhere(publish)
        return echo(request)

    monkeypatch.setattr(f"{__name__}._echo", published_meanwhile)
    assert number(Client()) == 1
    monkeypatch.undo()
    assert [number(Client()), number(Client())] == [2, 2]


@transaction.atomic
def publish_and_fail():
    publish()
    raise ZeroDivisionError


def rows_of(versions):
    """The number of transactions by topic."""
    return {topic: int(version.partition(".")[0]) for topic, version in versions.items()}


def test_a_publication_that_was_rolled_back_changes_nothing_and_one_after_a_savepoint_counts():
    before = publications.versions()
    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    assert publications.versions() == before
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            publish_and_fail()
        publish()
        publish()
    after = publications.versions()
    assert rows_of(after)[CATALOGUE] == rows_of(before).get(CATALOGUE, 0) + 1, "however many statements it has"


def test_two_publishers_do_not_wait_for_each_other():
    both, before = threading.Barrier(2), rows_of(publications.versions())

    def run(first, second):
        try:
            with transaction.atomic():
                publish(first)
                both.wait(20)
                publish(second)
                both.wait(20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(run, CATALOGUE, "departments"), pool.submit(run, "departments", CATALOGUE)]:
            work.result()
    assert rows_of(publications.versions()) == {topic: before.get(topic, 0) + 2 for topic in (CATALOGUE, "departments")}


SECRETS = st.text("abcdef0123456789", min_size=8, max_size=12)
COOKIES = st.dictionaries(
    st.sampled_from(
        ["sessionid", "csrftoken", "elder", "__Host-elder", "known_browser", "_ga", "messages", "__Host-session"]
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


def test_without_the_database_nothing_comes_from_memory(monkeypatch):
    assert [number(Client()), number(Client())] == [1, 1]
    monkeypatch.setattr(publications, "versions", lambda: None)
    assert [number(Client()), number(Client())] == [2, 3]
    monkeypatch.undo()
    assert number(Client()) == 1, "nothing was published meanwhile"


def test_versions_are_asked_again_after_the_server_has_cut_the_connection():
    assert number(Client()) == 1
    backends = [line.info.backend_pid for line in publications._idle]
    assert backends
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [backends])
    assert number(Client()) == 1
    assert not set(backends) & {line.info.backend_pid for line in publications._idle}


@pytest.mark.django_db(transaction=False)
def test_within_a_transaction_nothing_is_kept():
    with transaction.atomic():
        assert [number(Client()), number(Client())] == [1, 2]
    assert not len(pages)


def test_old_rows_are_forgotten_and_the_version_changes():
    publish()
    before = publications.versions()
    with clock.at_moment(clock.now() + publications.KEPT_FOR + timedelta(hours=1)):
        assert publications.forget_old() > 0
    publish()
    assert publications.versions() != before


# -- memory


def _page(size):
    return Page(b"x" * size, {}, "", (), clock.now() + timedelta(days=1))


@given(asked=st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(0, 400)), max_size=60))
def test_memory_is_bounded_whatever_strangers_ask_for(asked):
    kept_pages = KeptPages(ordinary_bytes=30_000, chosen_bytes=30_000)
    for name, chosen, size in asked:
        key = Key("http", "testserver", f"/{name}/", "page=1" if chosen else "", False, chosen)
        kept_pages.put(key, _page(size))
        assert kept_pages.size <= 60_000
    counted = sum(
        len(page.content) + len(key.path) + len(key.query) + 2048
        for pages_of in kept_pages._pages.values()
        for key, page in pages_of.items()
    )
    assert counted == kept_pages.size


def test_chosen_pages_do_not_drive_out_ordinary_ones():
    kept_pages = KeptPages(ordinary_bytes=30_000, chosen_bytes=30_000)
    home = Key("http", "testserver", "/", "", False, False)
    kept_pages.put(home, _page(100))
    for number_ in range(500):
        kept_pages.put(Key("http", "testserver", "/items/", f"page={number_}", False, True), _page(100))
        kept_pages.put(Key("http", f"testserver:{number_}", "/", "", False, True), _page(100))
    assert kept_pages.get(home) is not None
    kept_pages.put(home, _page(29_000))
    assert len(kept_pages.get(home).content) == 100, "a page that takes more than a tenth of all memory is not kept"
