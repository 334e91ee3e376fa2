"""Pages as people see them: the style page, refusals, and the security policy of every response."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.views.decorators.http import require_POST

from tongban.foundation.errors import Conflict, NotFound
from tongban.foundation.ui import pages, shell, slots
from tongban.foundation.ui.slots import MenuArea


def refuse(request: HttpRequest) -> HttpResponse:
    raise Conflict("这件事已有人办理，请刷新后再看。")


def lose(request: HttpRequest) -> HttpResponse:
    raise NotFound


def crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("身份证 990102199001011234")


urlpatterns = [
    path("refuse/", refuse),
    path("send/", require_POST(refuse)),
    path("lose/", lose),
    path("crash/", crash),
    path("", include("tongban.site.urls")),
]
handler404 = "tongban.foundation.ui.errorpages.not_found"
handler500 = "tongban.foundation.ui.errorpages.server_error"
CSRF = "tongban.foundation.ui.errorpages.csrf_failure"
MIDDLEWARE = [
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tongban.foundation.ui.middleware.ErrorPages",
]


@pytest.fixture
def client():
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[
            "tongban.foundation.ui.headers.SecurityHeaders",
            "django.contrib.sessions.middleware.SessionMiddleware",
            *MIDDLEWARE,
        ],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        CSRF_FAILURE_VIEW=CSRF,
    ):
        yield Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    monkeypatch.setattr(slots.viewer_port, "_value", lambda request: None)


def test_the_style_page_shows_every_component_once_with_one_h1(client):
    text = client.get("/design/").content.decode()
    assert text.count("<h1") == 1
    assert 'lang="zh-CN"' in text
    for piece in (
        "tb-tile",
        "tb-service",
        "tb-bundle--lead",
        "tb-timeline",
        "tb-light--red",
        "tb-licence--1",
        "tb-table",
        "tb-empty",
        "tb-notice--you",
        "tb-facts",
        "tb-saved--failed",
        "tb-pager",
        "tb-tabs",
        "tb-steps",
        "tb-receipt",
        "tb-faces",
        "tb-summary",
        "tb-graph",
        "tb-qr",
        "tb-seal-line",
        "tb-figures",
        "govuk-error-summary",
    ):
        assert piece in text, piece


def test_the_style_page_obeys_its_own_content_policy(client):
    answer = client.get("/design/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    text = answer.content.decode()
    assert not re.search(r"\sstyle=|\son\w+=|<script>|<style", text)


def test_ids_are_unique(client):
    ids = re.findall(r'\sid="([^"]+)"', client.get("/design/").content.decode())
    assert len(ids) == len(set(ids))


def test_a_refusal_becomes_a_page_with_its_message(client):
    answer = client.get("/refuse/")
    assert answer.status_code == 409
    assert "这件事已有人办理，请刷新后再看。" in answer.content.decode()
    assert client.get("/lose/").status_code == 404


def test_a_refusal_becomes_json_on_request(client):
    answer = client.get("/refuse/", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json() == {"code": "conflict", "message": "这件事已有人办理，请刷新后再看。", "field": None}


def test_unknown_addresses_and_crashes_have_pages_without_details(client):
    lost = client.get("/nowhere/")
    assert (lost.status_code, "没有找到这一页" in lost.content.decode()) == (404, True)
    crashed = client.get("/crash/")
    assert crashed.status_code == 500
    assert "系统暂时繁忙" in crashed.content.decode()
    assert "990102" not in crashed.content.decode()
    assert "Content-Security-Policy" in crashed.headers


def test_a_stale_form_gets_instructions():
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[
            "tongban.foundation.ui.headers.SecurityHeaders",
            "django.contrib.sessions.middleware.SessionMiddleware",
            *MIDDLEWARE,
        ],
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        CSRF_FAILURE_VIEW=CSRF,
    ):
        answer = Client(enforce_csrf_checks=True).post("/refuse/")
    assert answer.status_code == 403
    assert "刷新后再提交一次" in answer.content.decode()


def test_the_header_shows_the_masked_name_and_a_sign_out_link(client, monkeypatch):
    viewer = slots.Viewer(name="李*敏", is_officer=True)
    monkeypatch.setattr(slots.viewer_port, "_value", lambda request: viewer)
    with shell.places.only(desk="catalog:items", **{"sign-out": shell.places.get("sign-out")}):
        text = client.get("/design/").content.decode()
    assert "李*敏" in text
    assert 'action="/sign-out/"' in text
    assert "/sign-in/" not in text
    assert 'href="/items/">办件台' in text


def test_a_failing_room_does_not_affect_other_rooms_in_a_slot(caplog):
    def fails(request: HttpRequest) -> list[int]:
        raise ValueError

    def works(request: HttpRequest) -> list[int]:
        return [7]

    slot = slots.Slot("some")
    slot.add("first", fails)
    slot.add("second", works)
    assert slot.fill(RequestFactory().get("/")) == [7]
    assert [record.name for record in caplog.records] == [slots.log.name]
    caplog.clear()


def test_a_menu_entry_knows_when_it_is_current():
    entry = slots.MenuEntry("一件事", "catalog:bundles", MenuArea.CITIZEN, matches_subpages=True)
    assert entry.is_current(RequestFactory().get("/bundles/birth/"))
    assert not entry.is_current(RequestFactory().get("/items/"))
    with_query = slots.MenuEntry("个人服务", "catalog:items", MenuArea.CITIZEN, query="serves=person")
    assert with_query.is_current(RequestFactory().get("/items/?serves=person"))
    assert not with_query.is_current(RequestFactory().get("/items/"))


def test_a_menu_or_column_that_does_not_exist_stops_the_start():
    with pytest.raises(ValueError, match="dsk"):
        slots.MenuEntry("工单", "design", "dsk")
    with pytest.raises(ValueError, match="办是"):
        shell.FooterLink("工单", "design", "办是")


def test_a_menu_entry_for_certain_posts_is_shown_only_to_their_holders():
    holding = {kind: slots.Viewer("某*", posts=(kind,)) for kind in ("head", "window")}
    with slots.menus.only(staff=slots.MenuEntry("人员管理", "catalog:items", posts=("head", "system-admin"))):
        assert [entry.text for entry in slots.menu(MenuArea.DESK, holding["head"])] == ["人员管理"]
        assert slots.menu(MenuArea.DESK, holding["window"]) == slots.menu(MenuArea.DESK) == []


def test_citizens_on_a_personal_page_see_the_whole_personal_menu():
    def shown(path: str, **viewer: Any) -> bool:
        request = RequestFactory().get(path)
        request._viewer = slots.Viewer("某*", **viewer)
        return "证照卡包" in pages.render(request, "ui/page.html").content.decode().split("<footer")[0]

    with slots.menus.only(wallet=slots.MenuEntry("证照卡包", "licences:wallet", MenuArea.MY, matches_subpages=True)):
        assert shown("/wallet/")
        assert shown("/wallet/1/")
        assert not shown("/items/")
        assert not shown("/wallet/", is_officer=True)
        assert not shown("/wallet/", has_my_menu=False)


def test_opening_a_post_only_address_shows_an_explanation(client):
    answer = client.get("/send/", headers={"accept": "text/html"})
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "这一页不能直接打开" in answer.content.decode()
    assert client.get("/send/").content == b""
