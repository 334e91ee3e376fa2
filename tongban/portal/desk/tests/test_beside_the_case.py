"""What a reviewer sees beside the case: the to-do list, documents and checked facts, without opening anything else."""

import re

import pytest

from tongban.handling.cases.tests import factories
from tongban.people.datauses.models import DataUse
from tongban.portal.desk.tests.conftest import INSURANCE

pytestmark = pytest.mark.django_db


def test_the_list_beside_the_case_opens_nothing_by_itself(office):
    other = factories.handled_newborn(factories.make_parents(office.city).mother)
    number, beside = office.case("maternity").number, factories.case_of(other, "maternity").number
    client = office.officer(INSURANCE, "window")
    before = DataUse.objects.count()
    client.get(f"/desk/cases/{number}/")
    opened = DataUse.objects.count() - before
    page = client.get(f"/desk/cases/{number}/").content.decode()
    listed = page[page.index('class="tb-sheet dk-list"') : page.index('<div class="dk-case">')]
    assert f'href="/desk/cases/{beside}/"' in listed
    assert re.search(rf'href="/desk/cases/{number}/" aria-current="page"', listed)
    assert DataUse.objects.count() - before == opened, "shown in the list is not opened"
    assert "李文敏" not in listed


def test_field_case_an_opinion_that_is_required_says_so_and_one_that_is_not_does_not(office):
    """Field case: 同意 without words was refused, and nothing had said that they are required."""
    window = office.officer(INSURANCE, "window")
    path = f"/desk/cases/{office.case('maternity').number}/"
    assert "意见（选填）" in window.get(path).content.decode()
    office.post(window, "maternity", "acceptance", office.step("maternity", "accept"), outcome="accept")
    page = office.officer(INSURANCE, "handler").get(path).content.decode()
    assert "意见（必填）" in page
    assert "同意和不同意都要写" in page


def test_a_case_of_one_item_does_not_say_its_name_twice(office):
    case = office.case("maternity")
    client = office.officer(INSURANCE, "window")
    assert case.application.title in client.get("/desk/").content.decode(), "a bundle is named as where it comes from"
    case.application.title = case.name
    case.application.save()
    row = client.get("/desk/").content.decode()
    row = row[row.index("<tbody") : row.index("</tbody>")]
    assert row.count(case.name) == 1
    assert "单独申请" in row
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    head = page[page.index("tb-case-head") : page.index("tb-tabs")]
    assert head.count(case.name) == 1
