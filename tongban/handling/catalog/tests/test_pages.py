"""The public pages: what they say, and that their cost does not grow with the catalogue."""

import re

import pytest

from tongban.handling.catalog import queries, services
from tongban.handling.catalog.schema import BundleStep

from .conftest import ACTOR, a_bundle, an_item

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


@pytest.mark.req("A4")
def test_guide_of_the_bundle_shows_two_clocks_and_why_nothing_need_be_brought(loaded, client):
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


@pytest.mark.req("A4")
def test_guide_of_an_item_has_every_section(loaded, client):
    text = text_of(client.get("/items/HJ-01/"))
    sections = "基本信息 受理条件 申请材料 办理流程 收费 设定依据 办理地点和时间 办理结果 常见问题 咨询和投诉"
    for section in (*sections.split(), "行政复议", "行政诉讼"):
        assert section in text
    assert "随“新生儿出生一件事”一起办" in text


@pytest.mark.req("A4")
def test_what_is_not_open_yet_says_so_instead_of_a_dead_button(loaded, client):
    services.publish_bundle(a_bundle([BundleStep(key="one", item="HJ-02")]), actor=ACTOR)
    response = client.get("/bundles/test/")
    assert "在线申请即将开通" in text_of(response)
    assert "/apply/" not in response.content.decode()


@pytest.mark.req("A2")
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
def test_an_unknown_guide_says_where_to_look(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "查找" in text_of(response)


@pytest.mark.req("A4")
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
def test_the_list_is_narrowed(loaded, client, query, only):
    body = client.get(f"/items/?{query}").content.decode()
    shown = re.findall(r'href="/items/([A-Z]+-\d+)/"', body)
    assert shown
    assert all(only(queries.item(code)) for code in shown)


@pytest.mark.req("A4")
def test_a_list_without_hits_and_a_wild_page_number_stay_calm(loaded, client):
    assert "没有符合这些条件的事项" in text_of(client.get("/items/?theme=没有"))
    for wild in ("page=999999", "page=abc", "department=%F0%9F%98%80", "serves=nobody&instant=9"):
        assert client.get(f"/items/?{wild}").status_code == 200


@pytest.mark.req("A4")
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


@pytest.mark.req("A4")
@pytest.mark.parametrize(
    "text", ["zzzzzz", "%", "_", "'; drop table--", "<script>alert(1)</script>", "🐶", "   ", "长" * 500]
)
def test_a_search_without_hits_tells_what_to_try(loaded, client, text):
    response = client.get("/search/", {"q": text})
    assert response.status_code == 200
    assert "例如“落户”" in text_of(response)
    assert "<script>alert" not in response.content.decode()


@pytest.mark.req("A4")
def test_pages_cost_the_same_with_ten_and_with_a_thousand_items(departments, client, django_assert_max_num_queries):
    for number in range(10):
        services.publish_item(an_item(code=f"TA-{number:02d}"), actor=ACTOR)
    for letter in "BCDEFGHIJKL":
        counts = {}
        for address in ("/items/", "/items/TA-01/", "/search/?q=证明", "/bundles/"):
            with django_assert_max_num_queries(6) as queries_made:
                assert client.get(address).status_code == 200
            counts[address] = len(queries_made)
        first = counts if letter == "B" else first  # noqa: F821
        if letter not in "BL":
            for number in range(99):
                services.publish_item(an_item(code=f"T{letter}-{number:02d}"), actor=ACTOR)
    assert queries.item_count() > 900
    assert counts == first
