"""A department gets another name: its items and bundles are shown and found under it at once, without a new version."""

import pytest

from tongban.foundation.ui.kept_pages import pages
from tongban.handling.catalog import queries, services
from tongban.handling.catalog.schema import BundleStep
from tongban.handling.catalog.tests.conftest import ACTOR, a_bundle, an_item
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations

FORMER, NAME, SHORT = "市公安局", "市公安和出入境管理局", "公安出入境局"
BUNDLE = a_bundle(
    [
        BundleStep(key="first", item="TS-01"),
        BundleStep(key="later", name="以后的事", department=FORMER, promised_days=3, result="回执"),
    ],
    key="moving",
    lead=FORMER,
)


def rename():
    department = organisation.department_named(FORMER)
    organisations.rename_department(department.id, name=NAME, short_name=SHORT, reason="文号", actor=ACTOR)


@pytest.fixture
def published(departments):
    services.publish_item(
        an_item(plan=[{"key": "a", "name": "审核", "kind": "decide", "department": FORMER}]), actor=ACTOR
    )
    services.publish_bundle(BUNDLE, actor=ACTOR)


def main_of(client, address):
    page = client.get(address).content.decode()
    return page[page.index("<main") : page.index("</main>")]


def test_the_search_finds_items_by_the_new_name_and_still_by_the_former(published):
    assert not [hit for hit in queries.index().find("出入境") if hit.entry.key == "TS-01"]
    rename()
    for words in (SHORT, NAME, FORMER):
        assert "TS-01" in [hit.entry.key for hit in queries.index().find(words)], words


@pytest.mark.parametrize("address", ["/items/TS-01/", "/bundles/moving/"])
def test_guides_show_the_present_name(published, client, address):
    before = main_of(client, address)
    assert FORMER in before
    rename()
    after = main_of(client, address)
    assert FORMER not in after
    assert NAME in after
    assert SHORT in after or "items" in address


def test_a_link_to_the_items_of_the_department_works_under_the_former_name(published):
    rename()
    for name in (FORMER, NAME):
        assert [row["code"] for row in queries.items(queries.Filter(department=name))] == ["TS-01"]


def test_the_interface_says_the_present_name(published, client):
    rename()
    assert client.get("/api/v1/items/TS-01").json()["department"] == NAME
    assert client.get("/api/v1/bundles/moving").json()["lead"] == NAME


@pytest.fixture
def windows(settings, tmp_path):
    settings.CITY_WINDOWS = tmp_path / "windows.yaml"
    settings.CITY_WINDOWS.write_text(
        "district: 东区\nstreet: 河\ndefault: {address: 政务路1号}\n"
        f"departments: {{{FORMER}: {{phone: 1-1}}, 市税务局: {{}}}}\n"
    )
    return settings.CITY_WINDOWS


def test_field_case_the_halls_have_the_present_name_and_are_found_by_both(departments, windows):
    """Field case: the halls still had the old name, which was shown nowhere else."""
    assert FORMER in {window.department for hall in queries.halls() for window in hall.windows}
    rename()
    for words in ("", "出入境", FORMER):
        (hall,) = queries.halls(words)
        assert NAME in [window.department for window in hall.windows], words
        assert FORMER not in [window.department for window in hall.windows], words


def test_a_department_that_the_file_of_windows_lists_by_both_names_is_shown_once(departments, windows):
    windows.write_text(windows.read_text().replace("市税务局: {}", f"{NAME}: {{phone: 2-2}}"))
    rename()
    (hall,) = queries.halls()
    assert [(window.department, window.phone) for window in hall.windows] == [(NAME, "2-2")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/items/TS-01/", "/bundles/moving/"])
def test_a_page_kept_for_anonymous_readers_is_made_again(published, client, address):
    pages.clear()
    assert FORMER in main_of(client, address)
    assert len(pages), "the page is kept"
    rename()
    assert FORMER not in main_of(client, address)
    assert NAME in main_of(client, address)
