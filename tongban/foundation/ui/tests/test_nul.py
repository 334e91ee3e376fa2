"""Requests with a NUL character are rejected before any view runs."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/search/?q=%00", "/wallet/?kind=%00&page=%00", "/wallet/%00/", "/verify/a%00b/", "/items/?theme=x%00"],
)
def test_a_nul_in_an_address_is_refused(address):
    response = Client().get(address)
    assert response.status_code == 400
    assert "请求有误" in response.content.decode()


@pytest.mark.django_db
def test_a_nul_in_a_form_is_refused():
    response = Client().post(
        "/sign-in/", "login_name=a%00&password=x", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 400
