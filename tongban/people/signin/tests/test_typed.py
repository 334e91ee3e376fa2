"""Every door takes every usual spelling of a phone, a number and an account name, and means the same account."""

import pytest
from django.test import Client

from tongban.foundation.codes import resident_number_check
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.tests.conftest import PASSWORD
from tongban.people.signin import ports
from tongban.people.signin.queries import level_of, names_to_sign_in_with
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import NUMBER, PHONE
from tongban.people.signin.tests.test_accounts import NEW, TYPED, library, register_on_pages  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
PHONES = {
    "blanks": "+86 139 0000 5678",
    "direction marks": f"\u202a{PHONE}\u202c",
    "zero width": f"{PHONE}\u200b",
    "full width": "１３９００００５６７８",
    "another script": "13900005٦78",
}
NUMBERS = {
    "blanks": "990102 19940312 0022",
    "direction mark": f"\u200e{NUMBER}",
    "full width": "９９０１０２１９９４０３１２００２２",
    "another script": NUMBER.replace("4", "٤"),
}


@pytest.mark.parametrize("phone", PHONES.values(), ids=PHONES.keys())
def test_field_case_one_phone_signs_in_however_it_is_typed(client, account, sign_in, phone):
    assert sign_in(phone).status_code == 302
    assert client.session["_auth_user_id"] == str(account.id)
    assert identity.account_by_phone(phone) == account


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS.keys())
def test_field_case_one_number_signs_in_however_it_is_typed(client, account, sign_in, number):
    assert sign_in(number).status_code == 302
    assert client.session["_auth_user_id"] == str(account.id)


@pytest.mark.parametrize("name", ["Liwenmin", "LIWENMIN", " liwenmin\u200b", "ｌｉｗｅｎｍｉｎ"])
def test_field_case_a_capital_of_the_phone_means_the_same_account(client, account, sign_in, name):
    assert sign_in(name).status_code == 302
    assert client.session["_auth_user_id"] == str(account.id)


def test_all_spellings_of_one_name_share_the_tries(account, sign_in):
    for name in ("Liwenmin", "liwenmin", PHONE, PHONES["blanks"], NUMBERS["blanks"]):
        sign_in(name, password="wrong-1")
    assert sign_in("LiWenMin", password=PASSWORD).status_code != 302


def test_field_case_registering_finds_the_person_however_they_type(client, library):  # noqa: F811
    typed = {"phone": "+86 139 0000 1111", "number": "９９０１０２ 19920805\u200b001٤", "name": "张\u3000磊"}
    client.post("/register/", TYPED | typed)
    assert client.post("/register/check/", {"code": " １２３"}).status_code == 422
    client.post("/register/check/", {"code": code_sent_to(NEW)})
    account = identity.account_by_phone(NEW)
    subject = identity.subject(account.subject_id)
    assert (subject.number, subject.name, account.phone) == (TYPED["number"], "张磊", NEW)
    again = Client()
    again.post("/register/", TYPED | {"phone": f"\u202a{NEW}", "number": "990102199403120022"})
    assert Account.objects.count() == 1


@pytest.mark.parametrize("dot", "·•・‧∙⋅●.。")
def test_field_case_registering_takes_every_dot_of_a_name(client, monkeypatch, dot):
    """The population library holds the dot of GB 18030, and the person gets their own records at once."""
    asked = []
    checker = ports.NameChecker("libraries.population", lambda *pair: not asked.append(pair))
    monkeypatch.setattr(ports.name_checker, "_value", checker)
    register_on_pages(client, name=f"古丽米热 {dot}\u3000艾比布力")
    assert {name for name, _ in asked} == {"古丽米热·艾比布力"}
    account = identity.account_by_phone(NEW)
    assert identity.subject(account.subject_id).name == "古丽米热·艾比布力"
    assert level_of(account) == 1


@pytest.mark.parametrize("born", ["20260230", "19941312", "00000312", "20990101"])
def test_field_case_nobody_registers_with_an_impossible_birth(client, born):
    body = f"990102{born}122"
    page = client.post("/register/", TYPED | {"number": body + resident_number_check(body)})
    assert page.status_code == 422
    assert "公民身份号码不对" in page.content.decode()
    assert not Subject.objects.exists()


def test_new_citizens_read_how_they_sign_in_and_no_made_up_name(client, library):  # noqa: F811
    register_on_pages(client)
    account = identity.account_by_phone(NEW)
    assert account.chosen_name == ""
    assert names_to_sign_in_with(account) == ["手机号 139****1111", "公民身份号码"]
    page = client.get("/account/").content.decode()
    assert "手机号 139****1111、公民身份号码" in page
    assert account.login_name not in page


def test_a_chosen_account_name_is_shown(account):
    assert names_to_sign_in_with(account) == ["手机号 139****5678", "公民身份号码", "账号名 liwenmin"]
