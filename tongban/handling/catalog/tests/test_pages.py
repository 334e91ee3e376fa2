"""The public pages: their content, and that their cost does not grow with the catalogue."""

import copy
import re
from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.handling.catalog import queries, services
from tongban.handling.catalog.models import CurrentItem, ItemVersion
from tongban.handling.catalog.schema import BundleStep, LegalBasis

from .conftest import ACTOR, a_bundle, an_item

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.mark.req("A3", "C3")
def test_the_guide_of_the_bundle_shows_two_deadlines_and_why_no_papers_are_needed(loaded, client):
    response = client.get("/bundles/birth/")
    text = text_of(response)
    assert response.status_code == 200
    assert "6 项，提交后 2 小时（工作时间）内全部办完" in text
    for later in ("3 个工作日", "5 个工作日", "15 个工作日"):
        assert later in text
    assert "免提交 · 电子证照" in text
    assert "市公安局签发的电子证照，系统自动调取" in text
    assert "“父母登记结婚了吗？”选“没有登记结婚”时需要" in text
    assert "开始办理" in text


@pytest.mark.req("A3")
def test_the_guide_of_an_item_has_every_section(loaded, client):
    text = text_of(client.get("/items/HJ-01/"))
    official = "受理条件 申请材料 办理流程 办理结果 办理地点和时间"
    for section in (*official.split(), "行政复议", "行政诉讼"):
        assert section in text
    assert "随“新生儿出生一件事”一起办" in text


@pytest.mark.req("A3")
def test_the_guide_of_an_item_begins_with_what_citizens_ask(loaded, client):
    page = client.get("/items/HJ-01/").content.decode()
    inside = page[page.index("<main") : page.index("</main>")]
    wanted = "谁能办 要什么材料 怎么办 办完拿到什么 收费 在哪办 常见问题 咨询与投诉 基本信息"
    assert " ".join(title for title in re.findall(r"<h2>([^<]+)</h2>", inside) if title in wanted) == wanted


def test_field_case_legal_bases_are_shown_or_left_out_but_never_announced(loaded, client):
    """Field case: the guides of bundles said 由各部门按法律原文补充中 in place of the legal basis."""
    for path in ("/bundles/birth/", "/items/HJ-01/"):
        text = text_of(client.get(path))
        assert "设定依据" not in text, path
        assert "补充中" not in text, path
    law = LegalBasis(title="中华人民共和国户口登记条例", article="第七条")
    for code in ("HJ-01", "WJ-01"):
        item = queries.item(code)
        services.publish_item(item.model_copy(update={"legal_basis": (law,), "version": 99}), actor=ACTOR)
    for path in ("/bundles/birth/", "/items/HJ-01/"):
        text = text_of(client.get(path))
        assert "设定依据" in text, path
        assert text.count("中华人民共和国户口登记条例 第七条") == 1, path


def test_an_item_that_is_not_open_yet_says_so_instead_of_showing_a_dead_button(loaded, client):
    services.publish_bundle(a_bundle([BundleStep(key="one", item="HJ-02")]), actor=ACTOR)
    response = client.get("/bundles/test/")
    assert "在线申请即将开通" in text_of(response)
    assert "/apply/" not in response.content.decode()


@pytest.mark.req("A4")
def test_an_item_without_a_form_of_its_own_can_be_started(loaded, client):
    response = client.get("/items/XM-04/")
    assert "通用表单" in text_of(response)
    assert "/apply/item/XM-04/" in response.content.decode()


def test_every_guide_opens(loaded, client):
    for code in ("CR-01", "QY-02", "SZ-01", "MZ-07"):
        assert client.get(f"/items/{code}/").status_code == 200
    for bundle in queries.bundles():
        assert client.get(f"/bundles/{bundle.key}/").status_code == 200


@pytest.mark.parametrize("address", ["/items/XX-99/", "/bundles/nothing/"])
def test_an_unknown_guide_suggests_where_to_look(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "查找" in text_of(response)


@pytest.mark.req("A2")
@pytest.mark.parametrize(
    ("query", "only"),
    [
        ("serves=organisation", lambda i: "organisation" in i.serves),
        ("theme=生育收养", lambda i: "生育收养" in i.themes),
        ("department=市民政局", lambda i: i.department == "市民政局"),
        ("life=身后", lambda i: i.life_event == "身后"),
        ("instant=1", lambda i: i.instant),
        ("cross=1&instant=1", lambda i: i.instant and i.cross_region),
    ],
)
def test_filters_narrow_the_list(loaded, client, query, only):
    body = client.get(f"/items/?{query}").content.decode()
    shown = re.findall(r'href="/items/([A-Z]+-\d+)/"', body)
    assert shown
    assert all(only(queries.item(code)) for code in shown)


@pytest.mark.req("A2")
def test_the_list_has_one_search_field_that_keeps_the_filters(loaded, client):
    body = client.get("/items/?q=公积金&serves=person&instant=1").content.decode()
    main = body.split("<main")[1]
    assert main.count('type="search"') == 1
    search = main.split('role="search"')[1].split("</form>")[0]
    assert 'name="serves" value="person"' in search
    assert 'name="instant" value="1"' in search
    assert 'value="公积金" type="search"' in search
    facets = main.split('aria-label="筛选事项"')[1].split("</form>")[0]
    assert '<input type="hidden" name="q" value="公积金">' in facets
    assert "/search/?q=%E5%85%AC" in main


@pytest.mark.req("A3")
@pytest.mark.parametrize("code", ["MZ-05", "SZ-05", "QY-02", "XM-04"])
def test_the_guide_of_an_item_shows_its_conditions_and_their_legal_basis(loaded, client, code):
    item = queries.item(code)
    part = client.get(f"/items/{code}/").content.decode().split('id="conditions"')[1].split("</section>")[0]
    shown = re.sub(r"<[^>]+>", "", part)
    assert all(sentence in shown for sentence in item.conditions)
    assert f"依据：{item.conditions_source}" in shown
    assert "都可以申请" not in shown


@pytest.mark.req("A3")
def test_an_upload_says_what_it_should_be_and_how_large(loaded, client):
    text = text_of(client.get("/items/CR-01/"))
    assert "近期免冠白底彩色照片；照片、扫描件或 PDF，每份不超过 10 MB" in text


@pytest.mark.req("A3")
def test_no_guide_says_that_its_conditions_are_missing(loaded, client):
    for bundle in queries.bundles():
        assert "tb-conditions" in client.get(f"/bundles/{bundle.key}/").content.decode(), bundle.name


@pytest.mark.req("A3")
def test_a_bundle_without_conditions_links_to_those_of_its_items(departments, client):
    services.publish_item(an_item(), actor=ACTOR)
    services.publish_bundle(a_bundle([BundleStep(key="s1", item="TS-01")]), actor=ACTOR)
    body = client.get("/bundles/test/").content.decode()
    conditions = body.split('id="conditions"')[1].split("</section>")[0]
    assert "个人都可以申请" in conditions
    assert '<a class="govuk-link" href="/items/TS-01/">开具测试证明</a>' in conditions


def test_an_empty_list_and_strange_parameters_still_give_a_page(loaded, client):
    assert "没有符合这些条件的事项" in text_of(client.get("/items/?theme=没有"))
    for wild in ("page=999999", "page=abc", "department=%F0%9F%98%80", "serves=nobody&instant=9"):
        assert client.get(f"/items/?{wild}").status_code == 200


@pytest.mark.req("A2")
@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("落户", "/items/HJ-01/"),
        ("身份证丢了", "/items/HJ-08/"),
        ("生孩子报销", "/items/YB-11/"),
        ("我要开饭店", "/items/SP-01/"),
        ("公积金 租房", "/items/GJ-06/"),
    ],
)
def test_everyday_words_find_the_service(loaded, client, text, best):
    body = client.get("/search/", {"q": text}).content.decode()
    assert re.findall(r'href="(/items/[A-Z]+-\d+/)"', body)[0] == best


@pytest.mark.parametrize(
    "text", ["zzzzzz", "%", "_", "'; drop table--", "<script>alert(1)</script>", "🐶", "   ", "长" * 500]
)
def test_a_search_without_hits_suggests_what_to_try(loaded, client, text):
    response = client.get("/search/", {"q": text})
    assert response.status_code == 200
    assert "例如“落户”" in text_of(response)
    assert "<script>alert" not in response.content.decode()


def test_pages_need_the_same_number_of_queries_for_ten_and_a_thousand_items(
    departments, client, django_assert_max_num_queries
):
    for number in range(10):
        services.publish_item(an_item(code=f"TA-{number:02d}"), actor=ACTOR)

    def counts():
        found = {}
        for address in ("/items/", "/items/TA-01/", "/search/?q=证明", "/bundles/"):
            client.get(address)  # the index of the search is made once after a publication
            with django_assert_max_num_queries(6) as queries_made:
                assert client.get(address).status_code == 200
            found[address] = len(queries_made)
        return found

    first = counts()
    published = list(ItemVersion.objects.filter(code__startswith="TA-"))
    more = [
        copied(row, id=new_id(), code=f"T{letter}-{row.code[3:]}{number}")
        for row in published for letter in "BCDEFGHIJK" for number in range(10)
    ]  # fmt: skip
    ItemVersion.objects.bulk_create(more)
    CurrentItem.objects.bulk_create(CurrentItem(code=row.code, version=row) for row in more)
    assert CurrentItem.objects.count() == 1010
    assert counts() == first


def copied(row, **changes):
    """Copy a row, since publishing a thousand items one by one takes a minute."""
    again = copy.copy(row)
    for name, value in changes.items():
        setattr(again, name, value)
    return again


def test_suggestions_appear_while_typing_and_say_why(loaded, client, django_assert_max_num_queries):
    client.get("/search/suggestions/?q=落户")
    with django_assert_max_num_queries(2):
        found = client.get("/search/suggestions/?q=身份证丢了").json()["suggestions"]
    assert found[0] == {"name": "换领、补领居民身份证", "why": "身份证丢了", "href": "/items/HJ-08/"}
    assert len(found) <= 8
    assert client.get("/search/suggestions/?q=").json() == {"suggestions": []}
    assert client.get("/search/suggestions/?q=%00").status_code == 400


def test_a_search_without_hits_offers_alternatives_and_is_recorded(loaded, client):
    text = text_of(client.get("/search/?q=火星搓背"))
    for words in ("没有找到与“火星搓背”有关的服务", "12345", "看全部事项", "出生"):
        assert words in text
    client.get("/search/?q=火星搓背")
    client.get("/search/?q=火星搓背&page=2")
    client.get("/search/?q=13900001234")
    client.get("/search/?q=落户")
    assert queries.frequent_queries() == [("火星搓背", 2)]
    with clock.at_moment(clock.now() + timedelta(days=181)):
        assert services.forget_old_queries() == 3


def test_a_typing_error_gets_a_suggestion(loaded, client):
    assert "您是不是要找" in text_of(client.get("/search/?q=居駐整办里"))


@pytest.mark.req("A2")
def test_facets_count_and_narrow_each_other(loaded, client, django_assert_max_num_queries):
    facets = queries.facets(queries.Filter())
    assert dict(facets["group"])["残疾人"] == 8
    narrowed = queries.facets(queries.Filter(group="残疾人"))
    assert dict(narrowed["group"])["残疾人"] == 8
    assert sum(n for _, n in narrowed["department"]) == 8
    assert "残疾人证新办" in text_of(client.get("/items/?group=残疾人"))
    found = text_of(client.get("/items/?group=残疾人&q=补贴"))
    assert "困难残疾人生活补贴申领" in found
    assert "残疾人证新办" not in found
    with django_assert_max_num_queries(12):
        client.get("/items/?group=残疾人&q=补贴")


def test_a_list_without_bundles_says_so_and_leads_on(db, client):
    page = client.get("/bundles/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "现在还没有发布“一件事”" in main
    assert 'href="/items/"' in main
    services.publish_bundle(a_bundle([BundleStep(key="one", department="市公安局")]), actor=ACTOR)
    assert "还没有" not in client.get("/bundles/").content.decode()
