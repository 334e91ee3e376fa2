"""The ways to sign in, and what the answers do not reveal."""

import re

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db import connection

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin import queries
from tongban.people.signin.models import Code, Message
from tongban.people.signin.services.entering import wrong_password
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import NUMBER, PHONE
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


def plain(response):
    """Return the page without the parts that differ each time."""
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


@pytest.mark.parametrize("name", ["liwenmin", PHONE, f"+86 {PHONE}", NUMBER])
def test_a_person_signs_in_by_login_name_phone_or_number(sign_in, client, account, name):
    assert sign_in(name).status_code == 302
    assert client.session["_auth_user_id"] == str(account.id)


def test_a_session_from_before_the_backend_moved_stays_signed_in(sign_in, client, account):
    sign_in()
    session = client.session
    session[BACKEND_SESSION_KEY] = "tongban.foundation.signin.backends.AccountBackend"
    session.save()
    assert client.get("/account/").status_code == 200
    session[BACKEND_SESSION_KEY] = "tongban.nowhere.AccountBackend"
    session.save()
    assert client.get("/account/").status_code == 302


def test_a_firm_signs_in_by_its_credit_code(sign_in, client):
    from tongban.foundation.codes import credit_code_check

    body = "91990100MA0Y00021"
    firm = identity.register_organisation(
        name="云州云帆", number=body + credit_code_check(body), division_code="990100", actor=BY
    )
    identity.open_account("yunfan", password=PASSWORD, subject_id=firm.id, actor=BY)
    assert sign_in((body + credit_code_check(body)).lower()).status_code == 302


def test_signing_in_is_recorded_with_its_methods_and_nothing_personal(sign_in, account):
    sign_in()
    entry = ledger.entries_of(account.id)[-1]
    assert (entry.type, entry.payload) == ("signin.SignedIn", {"methods": "password"})
    assert entry.actor == str(account.subject_id)


def test_signing_in_changes_the_session_key(sign_in, client, account):
    """Session fixation: a key that an attacker planted is useless after the sign-in."""
    client.get("/sign-in/code/")
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    before = client.cookies["sessionid"].value if "sessionid" in client.cookies else session.session_key
    client.cookies["sessionid"] = before
    sign_in()
    after = client.cookies["sessionid"].value
    assert after != before
    stranger = type(client)()
    stranger.cookies["sessionid"] = before
    assert stranger.get("/account/").status_code == 302


def test_forms_without_a_csrf_token_are_refused(account):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    for address in ("/sign-in/", "/sign-in/code/", "/register/", "/forgotten/", "/sign-in/passkey/", "/sign-out/"):
        assert strict.post(address, {"login_name": "liwenmin", "password": PASSWORD}).status_code == 403, address


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "http:evil.example", "/\\evil.example"])
def test_no_sign_in_method_leads_to_another_host(sign_in, client, account, wanted):
    client.post("/sign-in/code/", {"phone": PHONE, "next": wanted})
    client.post("/sign-in/code/check/", {"code": code_sent_to(PHONE)})
    assert "evil" not in client.get("/sign-in/device/").content.decode()
    response = client.post("/sign-in/device/", {"password": PASSWORD})
    assert response["Location"] == "/"
    assert "evil" not in client.get("/confirm/", {"next": wanted}).content.decode()
    assert "evil" not in client.get("/account/level/", {"next": wanted}).content.decode()


def test_a_person_signs_in_by_sms(client, account):
    assert client.post("/sign-in/code/", {"phone": PHONE, "next": "/wallet/"}).status_code == 302
    code = code_sent_to(PHONE)
    assert code not in Code.objects.get().digest
    assert client.post("/sign-in/code/check/", {"code": code})["Location"] == "/sign-in/device/"
    response = client.post("/sign-in/device/", {"password": PASSWORD})
    assert response["Location"] == "/wallet/"
    assert client.session["_auth_user_id"] == str(account.id)


@pytest.mark.req("D6")
def test_a_moved_phone_index_signs_nobody_in(client, account, register):
    """Somebody who can write to the database could put the index of their own phone on any account."""
    thief = identity.open_account("thief", password=PASSWORD, subject_id=register(name="张磊").id, actor=BY)
    identity.verify_phone(thief.id, phone="13900006666", actor=BY)
    thief.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_account SET phone_index = NULL WHERE id = %s", [thief.id])
        cursor.execute("UPDATE identity_account SET phone_index = %s WHERE id = %s", [thief.phone_index, account.id])
    client.post("/sign-in/code/", {"phone": "13900006666"})
    with pytest.raises(AssertionError, match="no code was sent"):
        code_sent_to("13900006666")
    assert queries.account_by_identifier("13900006666") is None


def test_a_code_works_once(client, account):
    from django.test import Client

    client.post("/sign-in/code/", {"phone": PHONE})
    code, state = code_sent_to(PHONE), client.session["signin.code"]
    client.post("/sign-in/code/check/", {"code": code})
    other = Client()
    session = other.session
    session["signin.code"] = state
    session.save()
    other.cookies["sessionid"] = session.session_key
    assert other.post("/sign-in/code/check/", {"code": code}).status_code == 422


def test_a_code_expires_after_five_minutes(client, account, later):
    client.post("/sign-in/code/", {"phone": PHONE})
    code = code_sent_to(PHONE)
    later(minutes=5, seconds=1)
    assert client.post("/sign-in/code/check/", {"code": code}).status_code == 422


def test_the_right_code_expires_after_five_wrong_ones(client, account):
    client.post("/sign-in/code/", {"phone": PHONE})
    code = code_sent_to(PHONE)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert client.post("/sign-in/code/check/", {"code": wrong}).status_code == 422
    assert client.post("/sign-in/code/check/", {"code": code}).status_code == 422


def test_another_code_is_sent_after_a_minute_at_the_earliest(client, account, later):
    client.post("/sign-in/code/", {"phone": PHONE})
    again = client.post("/sign-in/code/", {"phone": PHONE})
    assert again.status_code == 422
    assert "秒后再获取" in again.content.decode()
    later(seconds=61)
    assert client.post("/sign-in/code/", {"phone": PHONE}).status_code == 302


def test_a_phone_gets_at_most_ten_codes_a_day(client, account, later):
    for _ in range(10):
        assert client.post("/sign-in/code/", {"phone": PHONE}).status_code == 302
        later(seconds=61)
    assert "今天获取的验证码已到上限" in client.post("/sign-in/code/", {"phone": PHONE}).content.decode()


@pytest.mark.usefixtures("codes_are_known")
def test_an_unknown_phone_gets_the_same_answer_as_a_known_one(client, account):
    """Enumeration: the same pages, rows and job; only no message."""
    from django.test import Client

    pages = []
    for phone in (PHONE, "13900009999"):
        visitor = Client()
        sent = visitor.post("/sign-in/code/", {"phone": phone})
        page = visitor.get("/sign-in/code/check/")
        refused = visitor.post("/sign-in/code/check/", {"code": "000000"})
        pages.append((sent.status_code, sent["Location"], plain(page), refused.status_code, plain(refused)))
    assert pages[0] == pages[1]
    assert Code.objects.count() == Message.objects.count() == 2
    run_pending_jobs()
    assert sorted(Message.objects.values_list("state", flat=True)) == ["held", "sent"]


def test_a_password_for_an_unknown_name_is_hashed_too(sign_in, account, monkeypatch):
    """Timing: a password is hashed whether there is an account or not."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    whole = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a, **k: hashed.append(1) or whole(*a, **k))
    sign_in(password="wrong")
    known = len(hashed)
    sign_in("nobody", password="wrong")
    assert len(hashed) == 2 * known == 2


def test_five_failures_lock_known_and_unknown_names_alike(sign_in, account, later):
    for name in ("liwenmin", "nobody"):
        for _ in range(5):
            response = sign_in(name, password="wrong")
            assert wrong_password() in response.content.decode()
        locked = sign_in(name, password=PASSWORD)
        text = locked.content.decode()
        assert locked.status_code == 422
        assert "失败次数太多" in text
        assert "短信验证码" in text
        assert "12345" in text
    assert ledger.entries_of(account.id)[-1].type == "signin.SignInLocked"
    later(minutes=31)
    assert sign_in().status_code == 302


def test_the_lock_applies_to_every_name_of_the_account(sign_in, account):
    for name in ("liwenmin", PHONE, NUMBER, "liwenmin", PHONE):
        sign_in(name, password="wrong")
    assert "失败次数太多" in sign_in(NUMBER).content.decode()


def test_an_address_is_locked_after_twenty_failures(client, sign_in, account):
    for number in range(20):
        sign_in(f"somebody{number}", password="wrong")
    assert "失败次数太多" in sign_in().content.decode()


@pytest.mark.parametrize("form", ["2001:db8:1:2:{:x}::1", "::ffff:203.0.113.7"])
def test_an_ipv6_network_is_locked_as_one_address(client, account, form):
    for number in range(20):
        typed = {"login_name": f"somebody{number}", "password": "wrong"}
        client.post("/sign-in/", typed, REMOTE_ADDR=form.format(number + 1))
    typed = {"login_name": "liwenmin", "password": PASSWORD}
    client.cookies.clear()
    here = "203.0.113.7" if "ffff" in form else form.format(99)
    assert "失败次数太多" in client.post("/sign-in/", typed, REMOTE_ADDR=here).content.decode()
    assert client.post("/sign-in/", typed, REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_success_resets_the_count_of_failures(sign_in, client, account):
    for _ in range(4):
        sign_in(password="wrong")
    sign_in()
    client.post("/sign-out/")
    for _ in range(4):
        sign_in(password="wrong")
    assert sign_in().status_code == 302


def test_unused_pages_of_the_library_do_not_exist(client):
    for address in (
        "accounts/login", "login", "signup", "email", "confirm-email", "password/reset", "password/change", "inactive",
        "login/code", "account/signup", "account/email", "account/recovery-codes/download", "account/passkeys",
        "2fa", "2fa/totp/activate", "sessions", "account/login", "account/trust",
    ):  # fmt: skip
        assert client.get(f"/{address}/").status_code == 404, address
