import logging

import pytest

from tongban.foundation.ui import shell
from tongban.people.identity import services
from tongban.people.identity.models import Account
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin.services.entering import wrong_password

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


@pytest.fixture
def account(register):
    return services.open_account("liwenmin", password=PASSWORD, subject_id=register().id, actor=BY)


def sign_in(client, login_name="liwenmin", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login_name": login_name, "password": password, **more})


def test_the_page_asks_for_account_and_password(client):
    page = client.get("/sign-in/")
    assert page.status_code == 200
    for words in ("账号", "密码", 'autocomplete="current-password"', "csrfmiddlewaretoken"):
        assert words in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_person_can_sign_in_and_out(client, account):
    assert sign_in(client).status_code == 302
    assert client.session["_auth_user_id"] == str(account.id)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_pages_of_a_signed_in_person_are_not_cached(client, account):
    assert "no-store" not in client.get("/items/").get("Cache-Control", "")
    sign_in(client)
    for address in ("/items/", "/account/", "/account/devices/", "/wallet/", "/no-such-page/"):
        assert "no-store" in client.get(address)["Cache-Control"], address


def test_an_unknown_account_and_a_wrong_password_give_the_same_answer(client, account, caplog):
    with caplog.at_level(logging.DEBUG):
        wrong = sign_in(client, password="wrong")
        unknown = sign_in(client, login_name="nobody")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong_password() in wrong.content.decode()
    assert wrong_password() in unknown.content.decode()
    assert "liwenmin" not in caplog.text
    assert PASSWORD not in caplog.text


def test_a_closed_account_cannot_sign_in(client, account):
    Account.objects.update(is_active=False)
    assert sign_in(client).status_code == 422


def test_missing_input_is_reported_at_its_field(client):
    page = sign_in(client, login_name="", password="").content.decode()
    assert "请填写账号" in page
    assert "请填写密码" in page


def test_the_password_is_never_sent_back(client, account):
    assert "wrong-secret" not in sign_in(client, password="wrong-secret").content.decode()


@pytest.mark.parametrize("wanted", ["/wallet/", "/wallet/?state=open"])
def test_signing_in_leads_to_the_requested_page(client, account, wanted):
    assert sign_in(client, next=wanted)["Location"] == wanted


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/x", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_never_leads_to_another_host(client, account, wanted):
    assert sign_in(client, next=wanted)["Location"] == "/"
    client.post("/sign-out/")
    assert "evil" not in client.get("/sign-in/", {"next": wanted}).content.decode()


def test_an_officer_is_led_to_the_desk(sign_in_as, client):
    sign_in_as("gaj.window", post="window")
    with shell.places.only(desk="sso:systems"):
        assert client.get("/sign-in/")["Location"] == "/desk/systems/"
