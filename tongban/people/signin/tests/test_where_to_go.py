"""Who is sent to a hall in person can open the list of halls, if the room with that page is installed."""

import pytest
from django.urls import reverse

from tongban.foundation.ui import shell

pytestmark = pytest.mark.django_db
PAGES = ["account_login", "signin:register", "signin:objection", "signin:ask-code"]


def beside(page):
    return page.partition("<main")[2].partition("<footer")[0]


@pytest.mark.parametrize("name", PAGES)
def test_field_case_help_with_signing_in_leads_to_the_halls(client, name):
    """Field case: 到就近的政务服务中心 stood on the pages of signing in, and nothing said where that is."""
    with shell.places.only(halls="catalog:items"):
        page = beside(client.get(reverse(name)).content.decode())
    assert f'就近的<a class="govuk-link" href="{reverse("catalog:items")}">政务服务中心</a>' in page
    with shell.places.only():
        page = beside(client.get(reverse(name)).content.decode())
    assert "就近的政务服务中心" in page


def test_field_case_the_level_page_claims_nothing_that_was_not_filled_in(client, account):
    """Field case: somebody who came from a guide read 您填的内容已经保存."""
    client.force_login(account)
    with shell.places.only(halls="catalog:items"):
        page = client.get("/account/level/?need=3&next=/items/HJ-07/").content.decode()
    assert "还差一步" in page
    assert "您填的内容已经保存" not in page
    assert f'<a class="govuk-link" href="{reverse("catalog:items")}">办事大厅和窗口</a>' in page
