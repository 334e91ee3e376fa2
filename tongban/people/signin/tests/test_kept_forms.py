"""A session ends while somebody types: nothing is lost, nothing is sent by itself, nobody else gets it."""

import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.signing import Signer
from django.test import Client

from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin import kept_forms, queries
from tongban.people.signin.testing import prove_again
from tongban.people.signin.tests.conftest import NUMBER

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
PAGE = "/account/level/?need=3&next=/"
FROM_PAGE = {"HTTP_REFERER": f"http://testserver{PAGE}"}


def enter(client, name="liwenmin"):
    return client.post("/sign-in/", {"login_name": name, "password": PASSWORD})


def open_form(client):
    """Return the hidden fields of the page's form, as a browser would send them."""
    page = client.get(PAGE).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert kept_forms.capacity.FIELD in hidden
    return hidden


def typed(client, **given):
    return open_form(client) | {"name": "张 三“<b>”", "number": "67890"} | given


@pytest.fixture
def person(account):
    client = Client()
    enter(client)
    return client


def back(answer):
    where = urlsplit(answer["Location"])
    assert where.path == "/sign-in/"
    return parse_qs(where.query)["next"][0]


def check_is_back(client):
    page = client.get(PAGE).content.decode()
    assert "您刚才填的内容还没有提交" in page
    assert 'value="张 三“&lt;b&gt;”"' in page
    assert 'value="67890"' in page


@pytest.mark.parametrize("how", ["idle", "ended elsewhere"])
def test_what_was_typed_returns_after_signing_in_again(person, account, later, how):
    form = typed(person)
    if how == "idle":
        later(minutes=31)
    else:
        person.session.flush()
    answer = person.post("/account/level/", form, **FROM_PAGE)
    assert back(answer) == f"{PAGE}#kept"
    asked = person.get(answer["Location"]).content.decode()
    assert "都还在" in asked
    assert enter(person).status_code == 302
    check_is_back(person)
    assert queries.level_of(account) == 0, "nothing is sent by itself"
    assert person.post("/account/level/", typed(person)).status_code == 422
    assert "还没有提交" not in person.get(PAGE).content.decode(), "once sent, it is no longer kept"


def test_nobody_else_gets_what_was_typed(person, account, register):
    other = register(name="张磊", number="990102199208050014", phone="13900002222")
    identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    form = typed(person)
    person.session.flush()
    person.post("/account/level/", form, **FROM_PAGE)
    enter(person, "zhanglei")
    assert "67890" not in person.get(PAGE).content.decode()
    assert "67890" not in person.get("/confirm/typed/").content.decode()
    assert kept_forms.KEPT not in person.session
    person.post("/sign-out/")
    enter(person)
    assert "67890" not in person.get(PAGE).content.decode()


def test_it_is_kept_for_an_hour(person, monkeypatch):
    form = typed(person)
    person.session.flush()
    person.post("/account/level/", form, **FROM_PAGE)
    now = kept_forms.time.time()
    monkeypatch.setattr("tongban.people.signin.kept_forms.time.time", lambda: now + kept_forms.LIVES + 1)
    enter(person)
    assert "67890" not in person.get(PAGE).content.decode()


def test_it_is_kept_in_this_browser_only_and_encrypted(person):
    from django.contrib.sessions.models import Session

    form = typed(person)
    person.session.flush()
    person.post("/account/level/", form, **FROM_PAGE)
    assert not any("67890" in row.session_data for row in Session.objects.all())
    elsewhere = Client()
    enter(elsewhere)
    assert "67890" not in elsewhere.get(PAGE).content.decode()


def test_too_much_is_not_kept_and_nothing_is_promised(person):
    form = typed(person, name="长" * kept_forms.LARGEST)
    person.session.flush()
    answer = person.post("/account/level/", form, **FROM_PAGE)
    assert "都还在" not in person.get(answer["Location"]).content.decode()
    assert kept_forms.KEPT not in person.session


def test_signing_out_too_late_keeps_nothing(person, later):
    form = open_form(person)
    later(minutes=31)
    person.post("/sign-out/", form, **FROM_PAGE)
    assert kept_forms.KEPT not in person.session


def test_the_way_back_never_leads_to_another_host(person):
    form = typed(person)
    person.session.flush()
    person.post("/account/level/", form, HTTP_REFERER="http://testserver//evil.example/")
    assert person.session[kept_forms.KEPT]["page"] == "/evil.example/"


def test_passwords_are_not_kept(person):
    prove_again(person)
    page = person.get("/account/password/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    person.session.flush()
    person.post("/account/password/", hidden | {"password": "Secret-1234", "again": "Secret-1234"})
    assert "Secret" not in person.session[kept_forms.KEPT]["typed"]


def test_a_form_without_the_field_of_our_pages_is_not_kept(person):
    person.session.flush()
    person.post("/account/level/", {"name": "x", "number": "67890"})
    assert kept_forms.KEPT not in person.session


def test_an_older_tab_after_signing_in_again_gets_its_input_back(account):
    """The token of its page became invalid when another tab signed out and in."""
    strict = Client(enforce_csrf_checks=True)

    def token(page="/sign-in/"):
        return re.search(r'csrfmiddlewaretoken" value="(\w+)"', strict.get(page).content.decode())[1]

    def sign_in():
        given = {"login_name": "liwenmin", "password": PASSWORD, "csrfmiddlewaretoken": token()}
        assert strict.post("/sign-in/", given).status_code == 302

    sign_in()
    form = typed(strict)
    strict.post("/sign-out/", {"csrfmiddlewaretoken": token(PAGE)})
    sign_in()
    answer = strict.post("/account/level/", form, **FROM_PAGE)
    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}#kept")
    check_is_back(strict)


def test_a_page_that_was_open_when_the_platforms_signature_was_introduced_still_works(person, account):
    """Until 28 February 2027 the field may carry the account's signature alone. Remove this test with the exception."""
    former = Signer(salt=f"{kept_forms.capacity.SALT}|{account.pk}").sign("self")
    forged = Signer(salt=f"{kept_forms.capacity.SALT}|{uuid4()}").sign("self")
    wanted = {"name": "x", "number": "67890"}
    assert person.post("/account/level/?need=3&next=/", wanted | {"acting_as": former}).status_code == 422
    for wrong in (forged, f"{former}x", former.replace("self", "m-1"), "self", ""):
        assert person.post("/account/level/?need=3&next=/", wanted | {"acting_as": wrong}).status_code == 409, wrong


def test_another_site_cannot_plant_a_form(account):
    strict = Client(enforce_csrf_checks=True)
    for origin in ("https://evil.example", ""):
        answer = strict.post("/account/level/", {"name": "x", "acting_as": "self:forged"}, HTTP_ORIGIN=origin)
        assert answer.status_code == 403
    strict.force_login(account)
    answer = strict.post("/account/level/", {"name": "x", "acting_as": "self:forged"}, HTTP_ORIGIN="http://testserver")
    assert answer.status_code == 403
    assert kept_forms.KEPT not in strict.session


def test_a_page_without_its_form_leads_to_the_list_of_what_was_typed(person):
    form = typed(person)
    person.session.flush()
    person.post("/account/level/", form, HTTP_REFERER="http://testserver/account/devices/")
    enter(person)
    assert person.get("/account/devices/")["Location"] == "/confirm/typed/"
    listed = person.get("/confirm/typed/").content.decode()
    assert "张 三“&lt;b&gt;”" in listed
    assert "67890" in listed
    person.post("/confirm/typed/")
    assert "67890" not in person.get("/confirm/typed/").content.decode()
    assert NUMBER not in listed


def test_an_act_that_waited_for_a_proof_survives_the_end_of_the_session(person, later):
    """Somebody goes to fetch the phone, and comes back too late."""
    form = open_form(person)
    session = person.session
    session["account_authentication_methods"] = []
    session.save()
    asked = person.post("/account/phone/", form | {"phone": "13900004444"}, HTTP_REFERER="http://testserver/account/")
    assert asked["Location"].startswith("/confirm/")
    later(minutes=31)
    person.get("/confirm/")
    assert "13900004444" in person.session[kept_forms.KEPT]["typed"]
    enter(person)
    person.get("/account/")
    assert "13900004444" in person.get("/confirm/typed/").content.decode()


@pytest.mark.parametrize("field", ["self", "self:forged", "self:forged:twice", ""])
@pytest.mark.parametrize("strict", [False, True])
def test_an_anonymous_form_without_a_signature_of_the_platform_is_not_kept(db, field, strict):
    """Otherwise anybody stores 250 KB with each request."""
    stranger = Client(enforce_csrf_checks=strict)
    form = {"acting_as": field, "name": "x" * 1000}
    stranger.post("/account/level/", form, HTTP_ORIGIN="http://testserver", **FROM_PAGE)
    assert kept_forms.KEPT not in stranger.session


def test_a_signed_form_that_is_sent_again_and_again_by_strangers_is_kept_twenty_times(person):
    """Somebody copies the field from a page of their own account."""
    form, home = typed(person), {"REMOTE_ADDR": "203.0.113.201"}

    def kept_by(client):
        client.post("/account/level/", form, **FROM_PAGE, **home)
        return kept_forms.KEPT in client.session

    assert sum(kept_by(Client()) for _ in range(25)) == 20

    def kept_again(client):
        client.session.flush()
        return kept_by(client)

    assert sum(kept_again(person) for _ in range(25)) == 20, "a browser that has signed in has a budget of its own"


def test_the_notice_names_what_was_not_restored_only_if_there_is_something(person):
    form = typed(person)
    person.session.flush()
    person.post("/account/level/", form, **FROM_PAGE)
    enter(person)
    page = person.get(PAGE).content.decode()
    assert "再点一次表单下面的按钮" in page
    assert "没有恢复" not in page
    assert page.index('id="kept"') > page.index("<main"), "it stands before the form, and stays in sight"
    form = typed(person, field_of_a_script="第二段经历")
    person.session.flush()
    person.post("/account/level/", form, **FROM_PAGE)
    enter(person)
    assert "有些内容没有恢复，可在这里查看" in person.get(PAGE).content.decode()
