"""The readiness detail, as a machine gets it."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_machine_without_a_token_is_told_so_and_not_sent_to_a_page_for_people():
    answer = Client().get("/readyz/detail")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "send the operations token" in answer.content.decode()
    browser = Client()
    browser.cookies["sessionid"] = "ended"
    assert browser.get("/readyz/detail").url.startswith("/sign-in/")
