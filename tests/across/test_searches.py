"""What citizens type finds what they mean: services, pages of the portal, or an honest word on who does it."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tongban.foundation.city import city
from tongban.foundation.ui.targets import targets
from tongban.handling.catalog import queries, services
from tongban.handling.catalog.elsewhere import done_elsewhere, everything
from tongban.handling.catalog.models import SearchQuery
from tongban.handling.catalog.queries.portal_pages import pages_for
from tongban.handling.catalog.tests.conftest import departments, loaded
from tongban.handling.catalog.words import foreign, is_question

__all__ = ["departments", "loaded"]
pytestmark = pytest.mark.django_db
TYPED = [
    line.split("\t")
    for line in (Path(__file__).parent / "searches.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def first_hits(text):
    """Return what the result shows first: one thing, or the first bundle and the first item."""
    found = queries.search(text)
    if found.elsewhere:
        return {"elsewhere"}
    services_found = {row["key"] for row in found.bundles[:1]} | {row["code"] for row in list(found.items)[:1]}
    pages = {f"page:{page.to}" for page in found.pages[:1]}
    return pages if found.pages_first else services_found or pages


@pytest.mark.req("A2")
def test_what_people_type_finds_first_what_they_mean(loaded):
    assert len(TYPED) == len({typed for typed, _ in TYPED}) >= 80
    wrong = {typed: first_hits(typed) for typed, meant in TYPED if not first_hits(typed) & set(meant.split())}
    assert wrong == {}


def test_every_english_word_finds_something(loaded):
    assert [word for word in foreign() if not first_hits(word)] == []


def test_what_others_do_is_said_with_the_citys_number_and_leads_to_what_is_done_here(loaded):
    assert [one for one in everything() for word in one.said if done_elsewhere(word) is not one] == []
    assert [one.said[0] for one in everything() if one.related and not queries.search(one.said[0]).count] == []
    page = Client().get("/search/", {"q": "水费"}).content.decode()
    assert "平台不收水费" in page
    assert city().hotline in page
    assert "{hotline}" not in page
    assert "供水报装" in page
    assert "二手房" not in page


def test_unpaid_wages_lead_to_labour_inspection_with_numbers_to_call(loaded):
    for typed in ("老板不发工资", "拖欠工资", "讨薪"):
        page = Client().get("/search/", {"q": typed}).content.decode()
        assert "劳动保障监察" in page
        assert 'href="tel:12333"' in page
        assert f'href="tel:{city().hotline}"' in page.partition("</main>")[0]
        assert "法律援助" in page


@pytest.mark.parametrize("typed", ["12345", "投诉", "热线"])
def test_who_searches_for_the_hotline_or_a_complaint_sees_the_number_to_call(loaded, typed):
    main = Client().get("/search/", {"q": typed}).content.decode().partition("<main")[2].partition("</main>")[0]
    assert f'href="tel:{city().hotline}"' in main


def test_the_numbers_of_hits_are_those_of_the_sections(loaded):
    for typed in ("落户", "护照", "医保", "身份证"):
        page = Client().get("/search/", {"q": typed}).content.decode()
        lede = re.search('<p class="tb-lede">(.*?)</p>', page)[1]
        found = queries.search(typed)
        assert lede == f"与“{typed}”有关的：" + "、".join(found.counts)
        assert f"{found.items.paginator.count} 个事项" in lede
        assert f"共 {found.items.paginator.count} 个事项" in page


def test_societies_learn_who_does_changes_and_annual_checks(loaded):
    page = Client().get("/search/", {"q": "社会组织"}).content.decode()
    assert "社会团体成立登记" in page
    assert "给它登记的民政部门办理" in page
    assert done_elsewhere("社会组织年检").beside
    assert done_elsewhere("社会组织") is None


def test_only_the_whole_question_is_said_to_be_done_elsewhere():
    assert done_elsewhere("残疾人水费减免") is None
    assert done_elsewhere("水费怎么交") is not None


def test_every_page_is_found_by_each_of_its_words():
    for target in targets:
        for word in (target.text, *target.words.split("、")):
            assert target in [hit.target for hit in pages_for(word)], (target.text, word)


def test_every_page_that_is_found_opens_or_asks_to_sign_in():
    for target in targets:
        assert Client().get(target.href).status_code in {200, 302}, target


def test_pages_are_suggested_while_somebody_types(loaded):
    offered = Client().get("/search/suggestions/", {"q": "我的办"}).json()["suggestions"]
    assert ("我的办件", "/my/") in [(one["name"], one["href"]) for one in offered]


def test_an_empty_result_says_what_else_to_try(loaded):
    page = Client().get("/search/", {"q": "量子纠缠"}).content.decode()
    for way in ("换个说法再搜", "按人生和企业的阶段找", f"tel:{city().hotline}", "/help/"):
        assert way in page


@pytest.mark.parametrize(
    "junk",
    ["<script>alert(1)</script>", "' or 1=1 --", "../../etc/passwd", "12345678", "？", "a", "http://x.cn", "护"],
)
def test_the_statistics_do_not_count_what_nobody_asks(junk):
    assert not is_question(junk)
    services.record_query(junk, hits=0)
    assert not SearchQuery.objects.exists()


def test_the_statistics_count_what_was_typed_and_not_our_own_links(loaded):
    for address in ("?q=护照&by=link", "?q=护照&page=2", "?q=%3Cscript%3E", "?q="):
        Client().get(f"/search/{address}")
    assert not SearchQuery.objects.exists()
    Client().get("/search/?q=护照")
    assert [row.text for row in SearchQuery.objects.all()] == ["护照"]


def test_one_address_cannot_fill_the_statistics_and_is_not_stored(loaded, monkeypatch):
    from tongban.handling.catalog import views
    from tongban.people.api.models import AskedFor

    monkeypatch.setattr(views, "COUNTED_SEARCHES", 3)
    for _ in range(5):
        assert Client(REMOTE_ADDR="198.51.100.7").get("/search/?q=护照").status_code == 200
    assert SearchQuery.objects.count() == 3
    Client(REMOTE_ADDR="203.0.113.9").get("/search/?q=护照")
    assert SearchQuery.objects.count() == 4
    assert not [whose for whose in AskedFor.objects.values_list("whose", flat=True) if "198.51" in whose]


def test_our_own_links_say_that_nobody_typed_them(loaded):
    home = Client().get("/").content.decode()
    links = [part.partition('"')[0] for part in home.split('href="/search/?')[1:]]
    assert len(links) > 10
    assert [link for link in links if "by=link" not in link] == []
