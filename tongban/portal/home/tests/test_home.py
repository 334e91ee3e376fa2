"""The home page: one h1, the search first, the leading bundle, and links only to what exists."""

import re

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.test import Client, override_settings
from django.urls import resolve

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.ui import slots
from tongban.handling.cases.queries import ApplicationRow
from tongban.handling.cases.queries.figures import CityFigures
from tongban.handling.catalog.schema import Bundle, BundleStep, Item
from tongban.people.identity.actors import Actor
from tongban.portal.home import content, waiting


def an_item(code: str) -> Item:
    return Item(
        code=code,
        name=f"事项{code}",
        field="HJ",
        field_name="户籍身份",
        department="市公安局",
        task_type="20",
        project_type="1",
        serves=("person",),
        legal_days=5,
        promised_days=0,
        instant=True,
    )


def a_bundle(key: str, name: str, hours: int) -> Bundle:
    steps = (BundleStep(key="a", item="HJ-01"), BundleStep(key="b", item="HJ-02", after=("a",)))
    return Bundle(
        key=key,
        name=name,
        serves=("person",),
        lead="市公安局",
        form_name="表",
        hours=hours,
        summary="一次办齐。",
        steps=steps,
    )


@pytest.fixture(autouse=True)
def _figures_of_this_test(monkeypatch):
    """A cache of its own, without the database."""
    monkeypatch.setattr(content, "cache", LocMemCache("home", {}))
    content.cache.clear()


@pytest.fixture
def catalog(monkeypatch):
    monkeypatch.setattr(content.catalog, "items_named", lambda codes: {code: an_item(code) for code in codes})
    monkeypatch.setattr(content.cases, "city_figures", lambda: CityFigures(0, 0, None, 0, None))
    bundles = [a_bundle("school", "教育入学一件事", 120), a_bundle("birth", "新生儿出生一件事", 2)]
    monkeypatch.setattr(content.catalog, "bundles", lambda: bundles)
    with slots.cards.only():
        yield


@pytest.fixture
def client(catalog, monkeypatch):
    monkeypatch.setattr(slots.viewer_port, "_value", lambda request: None)
    with override_settings(
        MIDDLEWARE=["tongban.foundation.ui.middleware.ErrorPages"], ROOT_URLCONF="tongban.portal.home.urls"
    ):
        yield Client()


def test_search_comes_first_and_there_is_one_h1(client):
    answer = client.get("/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count("<h1") == 1
    assert text.index('action="/search/"') < text.index(
        "个人服务</a>" if "个人服务</a>" in text[5000:] else "home-gates"
    )


def test_newborn_bundle_leads_with_its_numbers(client):
    text = client.get("/").content.decode()
    assert "tb-bundle--lead" in text
    assert 'href="/bundles/birth/"' in text
    assert "2 项业务" in text
    assert "1 个部门" in text
    assert "最快 2 小时办结" in text
    assert "15 个工作日" in text


def test_signed_in_reader_is_greeted_with_what_waits(client, monkeypatch):
    assert "您好" not in client.get("/").content.decode()
    viewer = slots.Viewer(name="李*敏", salutation="李女士")
    monkeypatch.setattr(slots.viewer_port, "_value", lambda request: viewer)
    todo = {"what": "补一张照片", "href": "/my/", "state": "yellow", "word": "明天到期"}
    slots.cards.add("photo", slots.Card("home.todo", lambda request: [todo]))
    text = client.get("/").content.decode()
    assert "李女士，您好" in text
    assert "补一张照片" in text
    assert "明天到期" in text


def test_figures_are_counted_and_small_rates_left_out(client, monkeypatch):
    assert "公开数据" not in client.get("/").content.decode()
    content.cache.clear()
    monkeypatch.setattr(content.cases, "city_figures", lambda: CityFigures(1312, 7, None, 3, 86.5))
    text = client.get("/").content.decode()
    assert "公开数据" in text
    assert "1,312" in text
    assert "86.5" in text
    assert "按时办结率" not in text


def row(title: str, state: str, *, corrections: int = 0) -> ApplicationRow:
    return ApplicationRow(new_id(), "1", title, "bundle", "birth", state, clock.now(), 9, 5, corrections)


def test_what_waits_for_the_reader_comes_first(monkeypatch):
    rows = [
        row("在办", "submitted"),
        row("草稿", "draft"),
        row("等您", "submitted", corrections=1),
        row("旧的", "closed"),
    ]
    monkeypatch.setattr(waiting.cases, "newest_applications", lambda subject_id, seen_by: rows)
    viewer = slots.Viewer(name="李*敏", actor=Actor(subject_id=new_id()))
    assert [card["what"] for card in waiting.for_viewer(viewer)] == ["等您", "草稿", "在办"]
    assert waiting.for_viewer(slots.Viewer(name="李*敏")) == []


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_catalogue(django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(slots.viewer_port, "_value", lambda request: None)
    with django_assert_max_num_queries(5):
        content.items_of(content.bundles_in_order())
        content.figures()


@pytest.mark.django_db
def test_the_city_is_counted_once_in_a_while(monkeypatch):
    counted = []
    monkeypatch.setattr(content.cases, "city_figures", lambda: counted.append(1) or CityFigures(1312, 7, None, 3, 86.5))
    assert content.figures() == content.figures()
    assert len(counted) == 1


def test_links_lead_only_to_rooms_that_exist(client):
    links = set(re.findall(r'href="(/[^"#?]*)', client.get("/").content.decode()))
    assert len(links) > 20
    for link in links:
        if not link.startswith("/static/"):
            resolve(link, "tongban.site.urls")  # raises Resolver404
