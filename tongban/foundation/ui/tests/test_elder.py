"""The elders' edition: switched on and off with one click, remembered, and never an open redirect."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ROOT = '<html lang="zh-CN" class="govuk-template tb-elder">'


@pytest.mark.req("A6")
def test_one_click_turns_the_elders_edition_on_for_all_pages_and_one_click_off():
    client = Client()
    plain = client.get("/verify/").content.decode()
    assert "tb-elder" not in plain
    assert 'href="/elder/?next=/verify/"' in plain
    answer = client.get("/elder/?next=/verify/")
    assert (answer.status_code, answer["Location"]) == (302, "/verify/")
    for path in ("/verify/", "/sign-in/", "/nowhere/"):
        assert ROOT in client.get(path).content.decode(), path
    assert 'href="/elder/off/?next=/verify/"' in client.get("/verify/").content.decode()
    assert client.get("/elder/off/?next=/verify/")["Location"] == "/verify/"
    assert "tb-elder" not in client.get("/verify/").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_switching_the_edition_returns_to_our_own_pages_only(back):
    for path in ("/elder/", "/elder/off/"):
        assert Client().get(path, {"next": back})["Location"] == "/"


def test_the_choice_of_edition_reveals_nothing_about_the_reader():
    cookie = Client().get("/elder/").cookies["elder"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("1", True, "Lax")
