"""Security headers of every kind of answer, and the names of cookies in production."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings as of_the_test
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.test import Client
from django.urls import include, path
from django.utils.crypto import get_random_string

from tests.test_access import ANSWERED_BY_PROTOCOL, ONLY_POSTED, patterns
from tests.test_settings import PROPER, _start
from tests.world import address_of, world  # noqa: F401
from tongban.foundation.operations.testing import forget_readiness
from tongban.foundation.ui import headers
from tongban.foundation.ui.testing import chromium
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.people.signin import cookies
from tongban.site import urls as of_the_site

pytestmark = pytest.mark.req("H2")


def boom(request):
    raise RuntimeError("a fault of the test")


boom.audience = "everybody"
urlpatterns = [path("boom/", boom), path("", include(of_the_site))]
handler400, handler404, handler500 = of_the_site.handler400, of_the_site.handler404, of_the_site.handler500


def directives(answer) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts if name}


def check(answer, what):
    """Check that an answer has each policy once, and strict enough."""
    for name, value in headers.ALWAYS.items():
        assert answer.headers.get(name) == value, (what, name)
    found = directives(answer)
    allowed = found["default-src"]
    assert allowed in {"'self'", "'none'"}, what
    assert found.get("object-src", allowed) == "'none'", what
    if "sandbox" not in found:
        assert found["base-uri"] == "'none'", what
        assert found["frame-ancestors"] == "'none'", what
        assert found["form-action"] in {"'self'", "'none'"}, what
    for name, value in found.items():
        if name != "style-src":
            assert "unsafe" not in value, (what, name)
        assert "*" not in value, (what, name)
        assert "http" not in value, (what, name)


@pytest.mark.django_db
def test_every_address_sends_the_security_headers(world):  # noqa: F811
    clients, things, of_room = world
    kinds = set()
    for client in clients.values():
        client.raise_request_exception = False
    for name in sorted(patterns()):
        address = address_of(name, things, of_room)
        for who in ("anonymous", "applicant", "window", "audit admin"):
            if name in {"account_logout", "sso:logout", "sso:logout-confirmed"} and who != "anonymous":
                continue
            method = "POST" if name in ONLY_POSTED | ANSWERED_BY_PROTOCOL else "GET"
            answer = clients[who].generic(method, address)
            check(answer, f"{who} {method} {address}")
            kinds.add((answer.status_code, answer.headers.get("Content-Type", "").partition(";")[0]))
    types = {media_type for _, media_type in kinds}
    assert {"text/html", "application/json", "application/pdf", "application/problem+json"} <= types
    assert {200, 302, 400, 403, 404, 405, 422} <= {status for status, _ in kinds}


@pytest.mark.django_db
@pytest.mark.urls("tests.test_headers")
def test_errors_refusals_static_files_and_the_interface_send_the_security_headers(settings, tmp_path):
    forget_readiness()
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for status, method, address, given in (
        (500, "GET", "/boom/", {}),
        (404, "GET", "/no-such-page/", {}),
        (400, "GET", "/search/?q=%00", {}),
        (403, "POST", "/sign-in/", {}),
        (404, "GET", "/api/v1/no-such-thing", {}),
        (401, "GET", "/api/v1/applications", {}),
        (415, "POST", "/api/v1/verification", {"data": "x", "content_type": "text/plain"}),
        (200, "GET", "/api/v1/openapi.json", {}),
        (301, "GET", "/search", {}),
        (404, "GET", "/static/no-such.css", {}),
        (405, "POST", "/healthz", {}),
        (503, "GET", "/readyz", {}),  # no worker runs here
    ):
        answer = browser.generic(method, address, **given)
        assert answer.status_code == status, (address, answer.status_code)
        check(answer, address)


@pytest.mark.django_db
def test_a_static_file_has_the_security_headers(settings, tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = str(tmp_path), True
    answer = Client().get("/static/a.css")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"a{}"
    check(answer, "static")
    for asked in ("bytes=abc", "bytes=-", "bytes=0-0,1-1", "\x00", "天"):
        assert Client().get("/static/a.css", HTTP_RANGE=asked).status_code == 200, asked
    for beyond in ("bytes=5-2", "bytes=" + "9" * 400 + "-"):
        assert Client().get("/static/a.css", HTTP_RANGE=beyond).status_code == 416, beyond


def test_our_scripts_insert_text_only_and_evaluate_none():
    scripts = list(Path(__file__).parents[1].glob("tongban/*/*/static/**/*.js"))
    assert len(scripts) >= 4
    for script in scripts:
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|__proto__", script.read_text()
        )
        assert found == [], script


PRODUCTION = """
import tongban.site.settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.SESSION_COOKIE_HTTPONLY, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE)
"""


def test_no_other_host_can_set_our_cookies_in_production():
    started = _start(PRODUCTION, **PROPER)
    assert started.stdout.split() == ["__Host-session", "__Host-csrf", *["True"] * 4, "Lax", "Lax"], started.stderr


@pytest.fixture
def production_cookies(settings):
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.fixture
def before(db, settings):
    """A client that signed in before the cookies got their new names."""
    parents = factories.make_parents(factories.make_city())
    browser = signed_in(parents.mother.subject_id)
    page = browser.get("/my/")
    assert page.status_code == 200
    browser.get("/sign-out/")
    return browser


def secured(answer):
    return {name: morsel for name, morsel in answer.cookies.items() if morsel.value}


def test_every_cookie_has_the_prefix_and_its_attributes(db, production_cookies):
    parents = factories.make_parents(factories.make_city())
    browser = signed_in(parents.mother.subject_id)
    given = {}
    for address in ("/sign-in/", "/elder/?next=/", "/my/", "/mandates/new/", "/search/?q=a"):
        given |= secured(browser.get(address, secure=True))
        given |= secured(Client().get(address, secure=True))
    assert {"__Host-csrf"} <= set(given)
    for name, morsel in given.items():
        assert name.startswith("__Host-"), name
        assert (morsel["path"], morsel["domain"], morsel["secure"], morsel["httponly"]) == ("/", "", True, True), name
        assert morsel["samesite"] == "Lax", name


def test_sessions_and_forms_survive_the_new_cookie_names(before, request):
    browser = before
    browser.handler.enforce_csrf_checks = True
    request.getfixturevalue("production_cookies")
    key = browser.cookies["sessionid"].value
    page = browser.get("/my/", secure=True)
    assert page.status_code == 200
    assert page.cookies["__Host-session"].value == key
    assert page.cookies["sessionid"].value == ""
    planted = Client()
    planted.cookies["sessionid"] = key
    assert planted.get("/my/", secure=True).status_code == 302, "taken under the old name though it has the new one"
    assert browser.get("/my/", secure=True).status_code == 200


def test_a_session_planted_by_a_neighbouring_host_is_refused(db, production_cookies):
    parents = factories.make_parents(factories.make_city())
    attacker = signed_in(parents.mother.subject_id)
    planted = Client()
    planted.cookies["sessionid"] = attacker.cookies["__Host-session"].value
    assert planted.get("/my/", secure=True).status_code == 302
    planted.cookies["sessionid"] = get_random_string(32, VALID_KEY_CHARS)
    assert planted.get("/my/", secure=True).status_code == 302
    assert attacker.get("/my/", secure=True).status_code == 200
    assert of_the_test.SESSION_COOKIE_NAME == "__Host-session"
    assert cookies.is_own_to_host()


def complaints(browser, policy):
    """Return what the browser's console says about a page with this Permissions-Policy. No server is needed."""
    page, said = browser.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    sent = {"Content-Type": "text/html", "Permissions-Policy": policy}
    page.route("**/*", lambda route: route.fulfill(status=200, headers=sent, body="<p>page</p>"))
    page.goto("http://city.test/")
    page.evaluate("console.log('end')")  # comes after what was said while the page loaded
    page.close()
    assert said.pop() == "end"
    return said


def test_the_browser_knows_every_feature_of_the_permissions_policy():
    def look():
        with chromium() as browser:
            return complaints(browser, "no-such-feature=()"), complaints(browser, headers.PERMISSIONS)

    with ThreadPoolExecutor(1) as thread:  # this thread may already have the event loop of another test's browser
        unknown, ours = thread.submit(look).result()
    assert unknown != []
    assert ours == []
