"""Sign in with the national identity service, whose demo runs as a separate process."""

import json
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test import Client

from tongban.foundation.codes import resident_number_check
from tongban.foundation.errors import DomainError
from tongban.people.api import queries as api_queries
from tongban.people.api import services as api
from tongban.people.identity import queries as identities
from tongban.people.identity import services as identity
from tongban.people.identity.models import Account, Subject
from tongban.people.organisation import services as organisation
from tongban.people.signin import queries as signin
from tongban.people.signin.services import prove_code, record_proof, send_sign_in_code
from tongban.people.signin.testing import code_sent_to, prove_again
from tongban.people.sso.tests.conftest import BY, NUMBER, account

__all__ = ["account"]
pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
OTHER = "99010219850505222"
OTHER += resident_number_check(OTHER)
THIEFS = "13900008888"


@pytest.fixture
def nation(running, settings):
    organisation.establish_division("990100", name="云州市", level="city", actor=BY)
    one = running("national_identity")
    one.start()
    settings.NATIONAL_OIDC_ISSUER = one.address
    app = settings.SOCIALACCOUNT_PROVIDERS["national"]["APP"]
    app = app | {"client_id": "city", "secret": "demo", "settings": {"server_url": one.address}}
    settings.SOCIALACCOUNT_PROVIDERS = {"national": {"APP": app}}
    settings.CTID_URL, settings.CTID_APP, settings.CTID_SECRET = f"{one.address}/ctid", "city", "demo"
    return one


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def present(target, name, number):
    """Enter a person at the demo, and return the address that it redirects to."""
    parts = urlsplit(target)
    data = {key: values[0] for key, values in parse_qs(parts.query).items()} | {"name": name, "number": number}
    page = f"{parts.scheme}://{parts.netloc}{parts.path}"
    try:
        urllib.request.build_opener(Stay).open(page, urlencode(data).encode(), timeout=10)
    except urllib.error.HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"
    raise AssertionError("no way back")


def come(client, name, number, path="/sign-in/national/", wanted="/my/"):
    target = client.get(path, {"next": wanted})["Location"]
    return client.get(present(target, name, number))


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_the_sign_in_page_shows_both_services_only_if_they_are_connected(nation, client, settings):
    page = client.get("/sign-in/?next=/my/").content.decode()
    assert "/sign-in/national/?next=/my/" in page
    assert "/sign-in/network-id/?next=/my/" in page
    settings.NATIONAL_OIDC_ISSUER = settings.CTID_URL = ""
    assert "/sign-in/national/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/national/").status_code == 404
    assert client.get("/sign-in/network-id/").status_code == 404


def test_the_owner_of_an_account_enters_it_at_level_3(nation, client, account):
    answer = come(client, "李文敏", NUMBER)
    assert answer["Location"] == "/my/"
    assert signed_in(client) == str(account.id)
    assert signin.level_of(account) == 3
    again = Client()
    come(again, "李文敏", NUMBER)
    assert Account.objects.count() == 1
    assert len(signin.evidence_of(account)) == 1


@pytest.fixture
def opened_by_a_thief():
    """A thief who knows somebody's name and number has opened an account in that name, with the thief's phone."""
    victim = identity.register_person(name="王新", number=OTHER, phone=THIEFS, division_code="990100", actor=BY)
    account = identity.open_account("thief", password="theirs alone 9", subject_id=victim.id, actor=BY)
    identity.verify_phone(account.id, phone=THIEFS, actor=BY)
    record_proof(victim.id, account_id=account.id, level=1, kind="number", actor=BY)
    return account


def by_password(client):
    client.post("/sign-in/", {"login_name": "thief", "password": "theirs alone 9"})
    return client


def test_an_impostors_account_passes_to_the_real_person_when_they_sign_in(nation, client, opened_by_a_thief):
    thief = by_password(Client())
    assert thief.get("/account/").status_code == 200
    _, token = api.issue_token(opened_by_a_thief.subject_id, label="x", scopes=["applications:read"], days=9, actor=BY)
    code = send_sign_in_code(THIEFS, address="203.0.113.9")
    digits = code_sent_to(THIEFS)
    come(client, "王新", OTHER)
    assert signed_in(client) == str(opened_by_a_thief.id)
    assert signin.level_of(Account.objects.get(id=opened_by_a_thief.id)) == 3
    assert thief.get("/account/").status_code == 302
    assert signed_in(by_password(Client())) is None
    assert identities.account_by_phone(THIEFS) is None
    assert api_queries.token_of(token) is None
    with pytest.raises(DomainError):
        prove_code(code, digits)
    again = Client()
    come(again, "王新", OTHER)
    assert signed_in(again) == str(opened_by_a_thief.id)


def test_a_person_signed_in_to_their_account_keeps_password_and_phone(nation, opened_by_a_thief):
    holder = by_password(Client())
    come(holder, "王新", OTHER)
    assert signin.level_of(Account.objects.get(id=opened_by_a_thief.id)) == 3
    assert signed_in(by_password(Client())) == str(opened_by_a_thief.id)
    assert identities.account_by_phone(THIEFS) is not None


def test_a_newcomer_is_registered_once(nation, client):
    come(client, "王新", OTHER)
    subject = identities.subject_by_number(OTHER)
    assert signed_in(client) == str(Account.objects.get(subject=subject).id)
    assert subject.name == "王新"
    come(Client(), "王新", OTHER)
    assert Subject.objects.filter(number_index=subject.number_index).count() == 1
    assert Account.objects.filter(subject=subject).count() == 1


def test_another_name_for_the_number_is_refused(nation, client, account):
    answer = come(client, "李文明", NUMBER)
    assert answer.status_code == 409
    assert "身份证到就近的政务服务中心核对" in answer.content.decode()
    assert signed_in(client) is None


def test_a_closed_account_is_not_reopened_by_a_national_sign_in(nation, client, account):
    account.is_active = False
    account.save()
    assert come(client, "李文敏", NUMBER).status_code == 409
    assert Account.objects.count() == 1


def test_nothing_received_is_stored_in_the_clear(nation, client):
    come(client, "王新", OTHER)
    with connection.cursor() as cursor:
        for table in ("socialaccount_socialaccount", "socialaccount_socialtoken", "django_session", "ledger_entry"):
            cursor.execute(f"SELECT * FROM {table}")
            assert OTHER not in str(cursor.fetchall())
        cursor.execute("SELECT extra_data FROM socialaccount_socialaccount")
        assert [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()] == [{}]


def test_an_answer_for_another_browser_is_refused(nation, client, account):
    target = client.get("/sign-in/national/")["Location"]
    assert "code_challenge_method=S256" in target
    assert "nonce=" in target
    back = present(target, "李文敏", NUMBER)
    stranger = Client()
    assert stranger.get(back)["Location"] == "/sign-in/"
    assert signed_in(stranger) is None
    forged = back.replace("state=", "state=x")
    assert client.get(forged)["Location"] == "/sign-in/"
    assert signed_in(client) is None


def test_pkce_refuses_an_injected_code(nation, client, account):
    mine = present(client.get("/sign-in/national/")["Location"], "王新", OTHER)
    other = Client()
    theirs = present(other.get("/sign-in/national/")["Location"], "李文敏", NUMBER)
    state = parse_qs(urlsplit(mine).query)["state"][0]
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    answer = client.get("/sign-in/national/back/", {"code": code, "state": state})
    assert answer["Location"] == "/sign-in/"
    assert signed_in(client) is None


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_return_never_leads_to_another_host(nation, client, account, wanted):
    assert "evil" not in come(client, "李文敏", NUMBER, wanted=wanted)["Location"]


# The network identity


def ctid(client, name, number):
    return come(client, name, number, path="/sign-in/network-id/")


def ctid_only():
    """A browser that has presented only the network identity of 李文敏."""
    other = Client()
    ctid(other, "李文敏", NUMBER)
    return other


def first(client, **data):
    return client.post("/sign-in/network-id/first/", data)


def test_a_network_id_is_bound_to_an_account_and_signs_in_from_then_on(nation, client, account):
    assert ctid(client, "李文敏", NUMBER)["Location"] == "/sign-in/network-id/first/"
    assert "去登录" in client.get("/sign-in/network-id/first/").content.decode()
    client.post(
        "/sign-in/", {"login_name": "liwenmin", "password": "correct horse 9", "next": "/sign-in/network-id/first/"}
    )
    session = client.session
    session["account_authentication_methods"] = []  # signed in long ago
    session.save()
    asked = first(client, how="bind")
    assert asked["Location"].startswith("/confirm/"), "another way in needs a fresh proof"
    assert signed_in(ctid_only()) is None
    prove_again(client)
    assert first(client, how="bind")["Location"] == "/my/"
    other = Client()
    assert ctid(other, "李文敏", NUMBER)["Location"] == "/my/"
    assert signed_in(other) == str(account.id)


def test_a_network_identity_without_name_and_number_gives_an_anonymous_account(nation, client):
    ctid(client, "王新", OTHER)
    assert first(client, how="nameless").status_code == 302
    holder = Account.objects.get(id=signed_in(client)).subject
    assert holder.name == "网号用户"
    assert holder.number == ""
    assert signin.level_of(Account.objects.get(subject=holder)) == 0
    again = Client()
    ctid(again, "王新", OTHER)
    assert signed_in(again) == signed_in(client)


def test_a_person_who_adds_name_and_number_reaches_their_existing_account(nation, client, account):
    ctid(client, "李文敏", NUMBER)
    wrong = first(client, how="match", name="李文敏", number=OTHER)
    assert wrong.status_code == 422
    assert "不一致" in wrong.content.decode()
    assert signed_in(client) is None
    assert first(client, how="match", name="李文敏", number=NUMBER)["Location"] == "/my/"
    assert signed_in(client) == str(account.id)
    assert signin.level_of(account) == 3


def test_an_anonymous_account_can_be_bound_to_its_holder(nation, client):
    ctid(client, "王新", OTHER)
    first(client, how="nameless")
    account_id = signed_in(client)
    come(client, "王新", OTHER)
    assert signed_in(client) == account_id
    assert Account.objects.get(id=account_id).subject.number == OTHER


def test_a_network_id_belongs_to_one_account(nation, client, account):
    ctid(client, "李文敏", NUMBER)
    client.post("/sign-in/", {"login_name": "liwenmin", "password": "correct horse 9"})
    waiting = client.session.get("sso.ctid")
    assert waiting, "what came is kept over the sign-in"
    stranger = identity.register_person(name="钱进", division_code="990102", actor=BY)
    other = identity.open_account("qianjin", password="correct horse 9", subject_id=stranger.id, actor=BY)
    first(prove_again(client), how="bind")
    second = Client()
    second.force_login(other)
    prove_again(second)
    session = second.session
    session["sso.ctid"] = waiting
    session.save()
    assert "已经绑定了另一个账号" in first(second, how="bind").content.decode()


def test_a_made_up_credential_or_state_is_refused(nation, client):
    assert client.get("/sign-in/network-id/back/", {"credential": "x", "state": "y"}).status_code == 422
    state = parse_qs(urlsplit(client.get("/sign-in/network-id/")["Location"]).query)["state"][0]
    assert client.get("/sign-in/network-id/back/", {"credential": "made-up", "state": state}).status_code == 422
    assert client.get("/sign-in/network-id/first/")["Location"] == "/sign-in/"


def test_a_service_that_does_not_respond_is_reported(nation, client):
    target = client.get("/sign-in/network-id/")["Location"]
    back = present(target, "王新", OTHER)
    nation.stop()
    page = client.get(back)
    assert page.status_code == 503
    assert "改用其他方式登录" in page.content.decode()
    assert client.get("/sign-in/").status_code == 200
