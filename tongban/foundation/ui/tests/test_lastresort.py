"""The page of last resort, shown when an error page itself fails."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from tongban.foundation.ui import errorpages, lastresort, pages


class Untouchable:
    """A request that raises on every access."""

    def __getattr__(self, name):
        raise AssertionError(f"asked for {name}")


def broken(*args, **kwargs):
    raise RuntimeError("a template that is not there")


def recursing(*args, **kwargs):
    return errorpages.server_error(*args[:1])


@pytest.mark.parametrize("failing", [broken, recursing])
@pytest.mark.parametrize(
    ("page", "status"),
    [(errorpages.bad_request, 400), (errorpages.not_found, 404), (errorpages.server_error, 500)],
)
def test_a_failing_error_page_is_replaced_by_a_bare_one(monkeypatch, failing, page, status):
    monkeypatch.setattr(pages, "render", failing)
    answer = page(RequestFactory().get("/"))
    assert answer.status_code == (
        status if failing is broken else 500
    )  # otherwise the caller requested that status itself
    assert "<h1>" in answer.content.decode()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.django_db
def test_a_page_whose_templates_all_fail_still_gets_an_answer(monkeypatch):
    monkeypatch.setattr(pages, "render", broken)
    answer = Client(raise_request_exception=False).get("/items/")
    assert answer.status_code == 500
    assert "12345" in answer.content.decode()


def test_an_unreachable_database_is_reported_without_touching_the_request():
    try:
        raise OperationalError("connection refused")
    except OperationalError:
        answer = errorpages.server_error(Untouchable())
    assert answer.status_code == 503
    assert "请过一分钟再试" in answer.content.decode()


@pytest.mark.req("H2")
@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_external_text_is_escaped(status):
    answer = lastresort.page(status, "<b>标题</b>", "内容", "下一步")
    assert b"<b>" not in answer.content


@pytest.mark.req("H2")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_HOST": ""},
        {"HTTP_HOST": "localhost,evil.example"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "local host"},
        {"HTTP_HOST": "localhost:port"},
        {"HTTP_HOST": "localhost", "HTTP_X_LONG": "a" * 20_000},
    ],
)
@pytest.mark.parametrize("address", ["/", "/nowhere/", "/static/ui/css/base.css", "/api/v1/items", "/account/"])
def test_an_unreadable_request_gets_a_page_with_every_header(caplog, settings, address, headers):
    settings.ALLOWED_HOSTS = ["localhost"]
    answer = Client().get(address, **headers)
    assert answer.status_code == 400
    for name, value in lastresort.HEADERS.items():
        assert answer.headers[name] == value
    interface = address.startswith("/api/")
    assert answer.headers["Content-Type"].startswith("application/problem+json" if interface else "text/html")
    assert [record.name for record in caplog.records] == ["tongban.gate"]
    assert "evil" not in caplog.text


@pytest.mark.parametrize("address", ["/api/v1/items", "/sso/token", "/sso/introspect", "/sso/userinfo"])
def test_a_program_that_calls_without_tls_is_refused_instead_of_redirected(settings, address):
    settings.SECURE_SSL_REDIRECT = True
    refused = Client().post(address, HTTP_AUTHORIZATION="Bearer secret")
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert "请换一个" in refused.json()["detail"]
    for page in ("/", "/sso/authorize", "/sso/tokens"):
        assert Client().get(page).status_code == 301
