"""The readiness detail for people: only the system administrator sees it, at the address that monitors use."""

import pytest
from django.urls import reverse

from tongban.foundation.operations.middleware import DETAIL
from tongban.foundation.operations.testing import beat
from tongban.people.identity.tests.conftest import office, register, sign_in_as

__all__ = ["office", "register", "sign_in_as"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("G1")]


def test_the_address_is_the_one_that_monitors_use(client):
    assert reverse("operation_pages:detail") == DETAIL
    assert client.get(DETAIL)["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(("post", "status"), [(None, 403), ("head", 403), ("system-admin", 200)])
def test_without_a_token_only_the_system_administrator_sees_the_detail(client, sign_in_as, post, status):
    beat("0 seconds")
    sign_in_as(post=post)
    answer = client.get(DETAIL)
    assert answer.status_code == status
    assert (b"version" in answer.content) == (status == 200)
