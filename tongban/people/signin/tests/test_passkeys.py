"""People rename and remove their own passkeys, after a fresh proof."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tongban.people.identity.testing import signed_in
from tongban.people.signin.testing import prove_again

pytestmark = [pytest.mark.django_db, pytest.mark.req("B3")]


@pytest.fixture
def passkeys(account):
    """Two passkeys of the account, so that one may go."""
    return [
        Authenticator.objects.create(
            user=account, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
        )
        for name in ("我的手机", "单位的电脑")
    ]


@pytest.fixture
def browser(client, account):
    client.force_login(account)
    return client


def test_the_owner_renames_a_passkey(browser, passkeys):
    address = reverse("mfa_edit_webauthn", args=[passkeys[0].pk])
    assert browser.get(address)["Location"].startswith("/confirm/")
    prove_again(browser)
    assert "我的手机" in browser.get(address).content.decode()
    assert browser.post(address, {"name": "旧手机"})["Location"] == reverse("mfa_index")
    passkeys[0].refresh_from_db()
    assert passkeys[0].data["name"] == "旧手机"


def test_the_owner_removes_a_passkey(browser, passkeys):
    address = reverse("mfa_remove_webauthn", args=[passkeys[0].pk])
    assert browser.get(address)["Location"].startswith("/confirm/")
    prove_again(browser)
    assert browser.get(address).status_code == 200
    assert browser.post(address)["Location"] == reverse("mfa_index")
    assert list(Authenticator.objects.all()) == [passkeys[1]]


@pytest.mark.parametrize("act", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_nobody_else_finds_it(client, passkeys, register, act):
    stranger = prove_again(signed_in(register().id))
    address = reverse(act, args=[passkeys[0].pk])
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"name": "x"}).status_code == 404
    assert Authenticator.objects.count() == 2
