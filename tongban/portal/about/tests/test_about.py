"""Pages about the platform: complete in both languages, with the city's own names, and the files for machines."""

import re
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings

from tongban.foundation.city import city
from tongban.foundation.ui.sitemap import pages_of_site, sitemap
from tongban.handling.catalog import queries as catalog
from tongban.portal.about import texts, views
from tongban.portal.about.room import PAGES

pytestmark = pytest.mark.django_db
LOC = re.compile("<loc>(.*?)</loc>")


@pytest.fixture
def elsewhere(tmp_path):
    """Another city with other names and windows."""
    windows = tmp_path / "elsewhere.yaml"
    windows.write_text("district: 东区\nstreet: 河\ndefault: {address: 青州市人民路 3 号}\n")
    other = replace(
        city(),
        name="青州市",
        portal="青州市政务服务",
        hotline="12399",
        government="青州市人民政府",
        host="青州市人民政府办公厅",
        operator="青州市大数据局",
        privacy_contact="0991-5551234",
    )
    texts.text_of.cache_clear()
    with override_settings(CITY=other, CITY_WINDOWS=str(windows)):
        yield other
    texts.text_of.cache_clear()


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_sections(page):
    chinese, english = texts.text_of(page, "zh"), texts.text_of(page, "en")
    assert [one.key for one in chinese.sections] == [one.key for one in english.sections]
    for one, other in zip(chinese.sections, english.sections, strict=True):
        assert len(one.points) == len(other.points), one.key


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_and_numbers_are_the_citys(page, language, elsewhere):
    address = f"/{'en/' if language == 'en' else ''}{page}/"
    content = Client().get(address).content.decode()
    assert not re.search(r"\{[a-z_]+\}", content)
    inside = content[content.index("<main") : content.index("</main>")]
    assert "云州" not in inside
    assert "12345" not in inside
    assert elsewhere.hotline in inside
    assert f'lang="{texts.LANGUAGES[language]}"' in inside


def test_the_privacy_policy_says_what_the_law_asks_for(elsewhere):
    """个人信息保护法 art. 17: who and how to reach them, purpose and manner, kinds and retention, rights and how."""
    policy = {one.key: " ".join((*one.text, *one.points)) for one in texts.text_of("privacy", "zh").sections}
    for name in (elsewhere.host, elsewhere.operator, elsewhere.privacy_contact, "青州市人民路 3 号"):
        assert name in policy["who"]
    assert {"why", "basis", "kinds", "retention", "rights", "sensitive", "shared", "changes"} <= policy.keys()
    for right in ("查阅", "复制", "更正", "撤回", "注销", "解释", "删除"):
        assert right in policy["rights"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_contact_for_privacy_names_the_hotline_once_and_an_address(language):
    texts.text_of.cache_clear()
    policy = {one.key: " ".join((*one.text, *one.points)) for one in texts.text_of("privacy", language).sections}
    assert " ".join(policy.values()).count(city().hotline) == 1
    assert "政务路 1 号" in policy["who"]


@pytest.mark.parametrize("page", PAGES)
def test_the_days_to_answer_are_named(page):
    from tongban.people.workorders.kinds import kind_of

    days = kind_of("data-use-objection" if page == "privacy" else "not-done").days
    said = {language: texts.text_of(page, language).model_dump_json() for language in texts.LANGUAGES}
    assert f"{days} 个工作日内" in said["zh"]
    assert f"{days} working days" in said["en"]
    assert "写明的工作日" not in said["zh"]
    assert not re.search("within the days stated", said["en"])


def test_what_the_pages_promise_to_people_without_a_number_is_what_the_window_can_do():
    """A permit of Hong Kong, Macao or Taiwan has a number of 18 characters (GB 11643); a passport has none."""
    from tongban.foundation.codes import is_resident_number, resident_number_check

    body = "81000019900101001"
    assert is_resident_number(body + resident_number_check(body))
    assert not is_resident_number("E12345678")
    foreign = next(one for one in texts.text_of("help", "zh").sections if one.key == "foreigners")
    assert "只有护照或通行证的，网上和窗口的系统现在都还收不了件" in " ".join(foreign.text)
    assert 'href="/help/#foreigners"' in Client().get("/halls/").content.decode()


def test_help_in_the_elders_edition_ends_with_the_english_entry():
    for cookies, last in (({}, False), ({"elder": "1"}, True)):
        client = Client()
        client.cookies.load(cookies)
        page = client.get("/help/").content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert (main.index("（English）") > main.index('id="rating"')) is last


def test_the_retention_in_the_policy_is_that_of_the_code():
    from tongban.handling.catalog.services import QUERY_RETENTION
    from tongban.people.signin.known_browsers import COOKIE_MAX_AGE
    from tongban.people.signin.services.messages import RETENTION

    said = " ".join(next(one for one in texts.text_of("privacy", "zh").sections if one.key == "retention").points)
    assert f"{django_settings.DRAFT_DAYS} 天没有改动为止" in said
    assert f"最多 {django_settings.SESSION_COOKIE_AGE // 3600} 小时" in said
    assert f"记住的浏览器、被新机主解除的手机号：{COOKIE_MAX_AGE // 86_400} 天" in said
    assert f"短信内容：{RETENTION.days} 天" in said
    assert f"搜索词：{QUERY_RETENTION.days} 天" in said


def test_the_footer_of_both_editions_leads_to_these_pages_and_not_to_the_style_page():
    for cookies in ({}, {"elder": "1"}):
        client = Client()
        client.cookies.load(cookies)
        footer = client.get("/help/").content.decode().partition("<footer")[2]
        for address in ("/help/", "/halls/", "/privacy/", "/accessibility/", "/en/help/"):
            assert f'href="{address}"' in footer
        assert "设计规范" not in footer


def test_the_halls_are_those_of_the_citys_file():
    page = Client().get("/halls/").content.decode()
    for words in ("市政务服务中心综合窗口", "市公安局", 'href="tel:0990-5550001"', "9:00"):
        assert words in page


def test_each_hall_has_one_card_and_the_halls_of_districts_and_streets_are_there():
    page = Client().get("/halls/").content.decode()
    for name in ("云州市政务服务中心", "南湖区政务服务中心", "青川县政务服务中心", "清河街道便民服务中心"):
        assert len(re.findall(f">{name}</h[23]>", page)) == 1, name
    assert 'href="tel:0990-5570102"' in page


@pytest.mark.parametrize(
    ("typed", "shown", "hidden"),
    [
        ("公安", "市公安局交警支队", "市税务局"),
        ("南湖", "新桥街道便民服务中心", "市公安局"),
        ("政务路", "市税务局", "新桥街道便民服务中心"),
        ("公 安局", "市公安局", "市税务局"),
    ],
)
def test_halls_are_filtered_by_department_and_place(typed, shown, hidden):
    page = Client().get("/halls/", {"q": typed}).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert shown in main
    assert hidden not in main
    assert f'value="{typed}"' in main


def test_a_filter_that_finds_no_hall_says_what_to_do():
    page = Client().get("/halls/", {"q": "月球<b>"}).content.decode()
    assert "没有找到与“月球&lt;b&gt;”有关的大厅和窗口" in page
    assert "看全部大厅" in page


def test_a_department_with_its_own_hours_stands_in_the_hall_at_its_address(tmp_path):
    (tmp_path / "windows.yaml").write_text(
        "district: 东区\nstreet: 河\n"
        "default: {address: 政务路1号, hours: 9:00—17:00}\n"
        "departments: {市公安局: {hours: 8:30—12:00}, 市税务局: {},"
        " 市城管局: {address: 河边路2号, hours: 14:00—16:00}}\n"
        "halls: [{name: 市政务服务中心, area: 全市, address: 政务路1号}]\n"
    )
    with override_settings(CITY_WINDOWS=str(tmp_path / "windows.yaml")):
        main, other = catalog.halls()
        page = Client().get("/halls/").content.decode()
    assert [(main.name, main.hours), (other.name, other.hours)] == [
        ("市政务服务中心", "9:00—17:00"),
        ("河边路2号", "14:00—16:00"),
    ]
    assert [(window.department, window.hours) for window in main.windows] == [
        ("市公安局", "8:30—12:00"),
        ("市税务局", ""),
    ]
    assert [(window.department, window.hours) for window in other.windows] == [("市城管局", "")]
    assert page.count("8:30—12:00") == 1
    assert "时间 8:30—12:00" in page


def test_a_window_without_hours_has_those_of_the_default_whatever_its_halls_are(tmp_path):
    """Items at the window say the same: what a department lacks comes from `default`, never from a hall."""
    (tmp_path / "windows.yaml").write_text(
        "district: 东区\nstreet: 河\n"
        "default: {address: 政务路1号, hours: 9:00—17:00}\n"
        "departments: {市公安局: {hours: 8:30—20:00}, 市税务局: {}}\n"
        "halls: [{name: 市政务服务中心, area: 全市, address: 政务路1号, hours: 8:30—20:00}]\n"
    )
    with override_settings(CITY_WINDOWS=str(tmp_path / "windows.yaml")):
        (hall,) = catalog.halls()
    assert hall.hours == "8:30—20:00"
    assert [(window.department, window.hours) for window in hall.windows] == [
        ("市公安局", ""),
        ("市税务局", "9:00—17:00"),
    ]


def test_halls_stand_in_the_main_menu():
    page = Client().get("/halls/").content.decode()
    menu = page[page.index('aria-label="主导航"') :].partition("</nav>")[0]
    names = re.findall(">([^<]+)</a>", menu)
    assert names.index("办事大厅") == names.index("一件事") + 1
    assert re.search(r'href="/halls/" aria-current="page"', menu)


def test_the_footer_shows_what_is_for_citizens_before_what_is_for_officers():
    footer = Client().get("/help/").content.decode().partition("<footer")[2]
    columns = re.findall("<h2>([^<]+)</h2>", footer)
    assert columns[-1] == "工作人员"
    assert "关于" in columns


def test_a_city_without_addresses_says_whom_to_call(tmp_path):
    (tmp_path / "windows.yaml").write_text("district: 东区\nstreet: 河\n")
    with override_settings(CITY_WINDOWS=str(tmp_path / "windows.yaml")):
        assert "窗口的地址还没有登记" in Client().get("/halls/").content.decode()


def test_every_page_of_the_sitemap_is_public_and_opens():
    answer = Client().get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    found = LOC.findall(answer.content.decode())
    assert len(found) == len(set(found)) >= 10
    closed = tuple(views.closed_to_crawlers())
    for address in pages_of_site():
        assert Client().get(address).status_code == 200, address
        assert not address.startswith(closed), address


def test_a_long_sitemap_is_an_index_of_parts():
    with sitemap.with_more():
        sitemap.add("many", lambda: [f"/items/{number}/" for number in range(views.PER_SITEMAP)])
        index = Client().get("/sitemap.xml").content.decode()
        assert "<sitemapindex" in index
        parts = LOC.findall(index)
        assert len(parts) == 2
        listed = [one for part in parts for one in LOC.findall(Client().get(part).content.decode())]
        assert len(listed) == len(set(listed)) == len(pages_of_site())
    assert Client().get("/sitemap-9.xml").status_code == Client().get("/sitemap-0.xml").status_code == 404


def test_robots_txt_closes_what_belongs_to_one_person():
    answer = Client().get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /my/" in lines
    assert lines[-1].endswith("/sitemap.xml")
    assert lines[-1].startswith("Sitemap: http")


def test_security_txt_exists_only_with_a_contact():
    with override_settings(SECURITY_CONTACT=""):
        assert Client().get("/.well-known/security.txt").status_code == 404
    with override_settings(SECURITY_CONTACT="mailto:security@example.gov.cn"):
        text = Client().get("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:security@example.gov.cn\n" in text
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", text, re.M)


def test_titles_are_unique():
    titles = [re.search("<title>(.*?)</title>", Client().get(page).content.decode())[1] for page in pages_of_site()]
    assert len(set(titles)) == len(titles)
