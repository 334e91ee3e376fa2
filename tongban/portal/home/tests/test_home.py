"""The home page: one h1, the search first, the leading bundle, and links only to what exists."""

import html
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ui import shell
from tongban.handling.cases import services as cases
from tongban.handling.cases.models import Application
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity.testing import signed_in
from tongban.people.signin.models import Proof
from tongban.portal.home import content, waiting

pytestmark = pytest.mark.django_db
INSURANCE = "市医疗保障局"


def main_of(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    page = answer.content.decode()
    return page[page.index("<main") : page.index("</main>")]


def test_search_comes_first_and_there_is_one_h1(loaded, client):
    main = main_of(client)
    assert client.get("/").content.decode().count("<h1") == 1
    assert main.index('action="/search/"') < main.index("home-gates")


def test_the_newborn_bundle_comes_first_with_its_figures(loaded, client):
    main = main_of(client)
    lead = main[main.index("tb-bundle--lead") :]
    lead = lead[: lead.index("</a>")]
    assert 'href="/bundles/birth/"' in main
    assert "9 项业务" in lead
    assert "7 个部门" in lead
    assert "受理后最长 15 个工作日办结" in lead
    school = reading.read(reading.FOLDER / "bundles" / "school.yaml").spec
    assert school.hours % 8 == 0
    assert f"{school.hours // 8} 个工作日" in main


def test_field_case_a_signed_in_reader_is_greeted_with_pending_tasks(city, parents, client):
    assert "您好" not in main_of(client)
    handled = factories.handled_newborn(parents.mother)
    with shell.places.only(application="cases:receipt"):
        main = main_of(signed_in(parents.mother.subject_id))
    assert "李文敏女士，您好" in main, "no register has a surname of hers, and none is cut off"
    assert handled.title in main
    assert f'href="{reverse("cases:receipt", args=[handled.number])}"' in main
    with shell.places.only():  # there are no pages of the citizen's own
        main = main_of(signed_in(parents.mother.subject_id))
    assert handled.title in main
    assert 'href=""' not in main


@pytest.mark.parametrize("address", ["/", "/elder/"])
def test_field_case_what_waits_for_the_reader_stands_before_the_search(city, parents, client, address):
    """Field case: on a phone, one's own case came after a screen of skyline and entrances."""
    handled = factories.handled_newborn(parents.mother)
    reader = signed_in(parents.mother.subject_id)
    page = reader.get(address, follow=True).content.decode()
    assert page.count("，您好") == 1
    assert page.index("1 件正在办") < page.index(handled.title) < page.index("<h1")
    assert page.index("<h1") < page.index('name="q"')
    assert "<h2" not in page[page.index("<main") : page.index("<h1")], "the first heading is that of the page"
    nothing = signed_in(parents.father.subject_id).get("/").content.decode()
    assert nothing.index("<h1") < nothing.index("想办什么，可以从上面搜起")


def test_figures_are_counted_and_rates_of_small_numbers_omitted(city, client):
    assert "公开数据" not in main_of(client)
    cache.clear()
    factories.handled_newborn(factories.make_parents(city).mother)
    main = main_of(client)
    assert "公开数据" in main
    assert "已办结 6 件" in main
    assert "按时办结率" not in main, "six finished cases are too few for a rate"
    assert "免提交材料" in main


def test_applications_that_wait_for_the_reader_come_first(city, parents, handled):
    catalog.publish_item(reading.read(reading.FOLDER / "items" / "HJ-09.yaml").spec, actor=factories.CITY)
    draft = cases.start_draft("HJ-09", kind="item", actor=parents.mother)
    mother = identity.actor_of_subject(parents.mother.subject_id)

    def shown():
        return [(card["what"], card["word"]) for card in waiting.for_applicant(mother).cards]

    assert shown() == [(draft.title, "待提交"), (handled.title, "办理中")]
    cases.request_correction(
        factories.case_of(handled, "maternity").steps.get(kind="accept", state="open").id,
        wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
        actor=city.officer(INSURANCE, "window"),
    )
    assert shown() == [(handled.title, "等您补正"), (draft.title, "待提交")]
    assert waiting.for_applicant(mother).words == "2 件等您办"
    assert waiting.for_applicant(None) == waiting.Strip()


def test_field_case_a_mother_whose_childs_birth_waits_is_offered_the_newborn_bundle(city, parents, client):
    """Field case: the hospital has reported the birth, and the home page offered only what was over."""
    mother = signed_in(parents.mother.subject_id)
    main = main_of(mother)
    assert "1 件等您办" in main
    assert "医院已报来宝宝的分娩信息" in main
    assert "分娩信息" not in main_of(signed_in(parents.father.subject_id)), "the record is hers"
    assert "分娩信息" not in main_of(client)
    draft = cases.start_draft("birth", kind="bundle", actor=parents.mother)
    main = main_of(mother)
    assert draft.title in main
    assert "分娩信息" not in main, "she has begun"


def test_the_register_of_births_is_not_asked_below_level_two(city, parents):
    """Field case: the home page read the register for accounts that may not see the answer."""
    mother = identity.actor_of_subject(parents.mother.subject_id)
    with CaptureQueriesContext(connection) as asked:
        assert "分娩信息" in str(waiting.for_applicant(mother))
    assert "libraries_birth" in str(asked.captured_queries)
    Proof.objects.filter(subject_id=mother.subject_id).update(level=1)
    with CaptureQueriesContext(connection) as asked:
        assert waiting.for_applicant(mother) == waiting.Strip()
    assert "libraries_" not in str(asked.captured_queries)


def test_nobody_is_offered_a_bundle_that_the_other_parent_has_applied_for(city, parents):
    factories.submitted_newborn(parents.father)
    assert "分娩信息" not in main_of(signed_in(parents.mother.subject_id))


def test_applications_that_are_over_do_not_wait_for_anybody(city, parents, handled):
    assert waiting.for_applicant(parents.mother).words == "1 件正在办"
    Application.objects.filter(id=handled.id).update(state="closed", closed_at=clock.now())
    assert waiting.for_applicant(parents.mother) == waiting.Strip()
    main = main_of(signed_in(parents.mother.subject_id))
    assert "现在没有等您办的事" in main
    assert "可以看看" not in main


@pytest.mark.parametrize("address", ["/", "/elder/"])
def test_field_case_staff_are_not_told_that_nothing_waits_for_them(city, handled, address):
    """Field case: staff read 现在没有等您办的事 above a button to their desk, where work waited."""
    officer = signed_in(city.officer(INSURANCE, "window").subject_id)
    with shell.places.only(desk="catalog:items", my="catalog:bundles"):
        page = officer.get(address, follow=True).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "没有等您办的事" not in main
    assert "工作上的事在" in main
    assert "“我的”" not in main
    assert f'href="{reverse("catalog:items")}"' in main
    assert "我的事办到哪了" not in main, "an account that was opened for a post has no applications of its own"


def test_whoever_holds_a_post_on_their_own_account_still_sees_their_own_applications(city, parents, handled):
    assert waiting.for_applicant(parents.mother, officer=True).words == "1 件正在办"
    assert waiting.for_applicant(parents.father, officer=True).words == "工作上的事在办件台"


def test_field_case_an_overdue_application_is_red_on_the_home_page(parents, handled):
    """Field case: a green tick and 办理中 stood beside an application whose progress page said 超期."""
    assert [(c["state"], c["word"]) for c in waiting.for_applicant(parents.mother).cards] == [("green", "办理中")]
    with clock.at_moment(clock.now() + timedelta(days=60)):
        assert [(c["state"], c["word"]) for c in waiting.for_applicant(parents.mother).cards] == [("red", "超期")]


def test_queries_do_not_grow_with_the_catalogue(loaded, django_assert_max_num_queries):
    content.figures()  # the figures are counted once in five minutes
    with django_assert_max_num_queries(3):
        content.items_of(content.bundles_in_order())
        content.figures()


def test_the_citys_figures_are_counted_only_periodically(parents):
    factories.submitted_newborn(parents.mother)
    counted = content.figures()
    assert "已办结 0 件" in counted[0]["note"]
    run_pending_jobs()
    assert content.figures() == counted
    cache.clear()
    assert "已办结 6 件" in content.figures()[0]["note"]


def test_links_lead_only_to_rooms_that_exist(loaded, client):
    links = set(re.findall(r'href="(/[^"#?]*)', client.get("/").content.decode()))
    assert len(links) > 20
    for link in links:
        if not link.startswith("/static/"):
            resolve(link)  # raises Resolver404


@pytest.mark.req("A6")
def test_the_elders_home_page_has_six_large_links_and_the_telephone_number(loaded, client):
    client.get("/elder/")
    with shell.places.only(**{place: "catalog:items" for _, _, (place, *_), *_ in content.ELDER_TILES}):
        page = client.get("/").content.decode()
    assert page.count('class="elder-tile"') == 6
    assert 'href="tel:12345"' in page
    assert "您要办什么事" in page


def test_the_entrance_for_social_organisations_leads_to_what_they_can_apply_for(loaded, client):
    """Field case: the tile 社会组织 opened the list for companies, here and on the page of the style."""
    for address in ("/", "/design/"):
        page = html.unescape(client.get(address).content.decode())
        tile = next(
            one for one in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page, re.S) if "社会组织" in one[1]
        )
        assert unquote(tile[0]) == "/search/?q=社会组织&by=link", address


INTO_THE_CATALOGUE = re.compile(r'<a [^>]*href="/(?:items|search|bundles)/')


def test_nothing_leads_into_an_empty_catalogue(client):
    main = main_of(client)
    assert not INTO_THE_CATALOGUE.search(main)
    assert "网上还没有可以办的事项" in main
    client.get("/elder/")
    elder = main_of(client)
    assert not INTO_THE_CATALOGUE.search(elder)
    assert "网上还没有可以办的事项" in elder


def test_a_filled_catalogue_is_linked(loaded, client):
    main = main_of(client)
    assert INTO_THE_CATALOGUE.search(main)
    assert "网上还没有可以办的事项" not in main
