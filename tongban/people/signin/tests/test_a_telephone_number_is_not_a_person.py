"""A telephone number gets another holder. It opens nothing by itself, and goes to whoever proves that they have it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.networks import networks_of
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin import carriers, ports, queries, services
from tongban.people.signin.models import KnownBrowser, LostPhone, Message
from tongban.people.signin.services.holders import take_phone
from tongban.people.signin.testing import code_sent_to, enter_by_code, prove_again
from tongban.people.signin.tests.conftest import NUMBER, PHONE
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
NEW_HOLDER = {
    "name": "张磊", "number": "990102199208050014", "phone": PHONE, "password": "Sunny-day-7", "again": "Sunny-day-7",
}  # fmt: skip
HOME = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def registers(monkeypatch):
    """The population library knows both by number; the carrier says that the phone is 张磊's now."""

    class NowHis:
        def agrees(self, name, number, phone):
            return (name, number, phone) == (NEW_HOLDER["name"], NEW_HOLDER["number"], PHONE)

    known = {(NEW_HOLDER["name"], NEW_HOLDER["number"]), ("张三", NUMBER)}
    checker = ports.NameChecker("libraries.population", lambda *pair: pair in known)
    monkeypatch.setattr(ports.name_checker, "_value", checker)
    monkeypatch.setattr(carriers, "current", NowHis)


@pytest.fixture
def own_device(account):
    """A browser in which the account's person gave the password before."""
    client = Client()
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD}, **HOME)
    client.post("/sign-out/")
    return client


def take_over(client, **changes):
    typed = NEW_HOLDER | changes
    client.post("/register/", typed)
    return client.post("/register/check/", {"code": code_sent_to(typed["phone"])})


def page(response):
    return response.content.decode()


def test_field_case_a_code_to_a_known_phone_alone_opens_nothing_on_a_device_never_seen(account):
    visitor = Client()
    assert enter_by_code(visitor, PHONE)["Location"] == "/sign-in/device/"
    for address in ("/account/", "/account/phone/", "/account/totp/", "/account/devices/", "/account/offers/"):
        answer = visitor.get(address)
        assert answer.status_code in {302, 404}
        assert not answer.get("Location", "/sign-in/").startswith("/account")
    assert "_auth_user_id" not in visitor.session
    said = page(visitor.get("/sign-in/device/"))
    assert "手机号可能已更换机主" in said
    assert "用密码确认" in said
    assert "到就近的政务服务中心" in re.sub("<[^>]*>", "", said)
    assert "张三" not in said, "the page must not name the account's person"


def test_the_password_is_the_other_proof_and_the_device_is_known_from_then_on(account):
    visitor = Client()
    assert enter_by_code(visitor, PHONE)["Location"] == "/sign-in/device/"
    assert visitor.post("/sign-in/device/", {"password": "wrong"}).status_code == 422
    assert visitor.post("/sign-in/device/", {"password": PASSWORD})["Location"] == "/"
    assert visitor.session["_auth_user_id"] == str(account.id)
    entry = ledger.entries_of(account.id)[-1]
    assert (entry.type, entry.payload) == ("signin.SignedIn", {"methods": "code,password"})
    visitor.post("/sign-out/")
    Message.objects.all().delete()


@pytest.mark.parametrize(("ticked", "then"), [({}, "/sign-in/device/"), ({"remember": "on"}, "/")])
def test_in_an_internet_cafe_the_device_is_remembered_only_if_the_person_says_so(account, ticked, then):
    cafe = Client()
    enter_by_code(cafe, PHONE)
    assert 'name="remember"' in page(cafe.get("/sign-in/device/"))
    assert 'name="remember" checked' not in page(cafe.get("/sign-in/device/"))
    assert cafe.post("/sign-in/device/", {"password": PASSWORD} | ticked)["Location"] == "/"
    assert bool(queries.browsers_of(account)) == bool(ticked)
    cafe.post("/sign-out/")
    assert enter_by_code(cafe, PHONE)["Location"] == then


def test_a_shared_computer_is_not_remembered_after_a_password(account):
    cafe = Client()
    assert "这是公用电脑" in page(cafe.get("/sign-in/"))
    cafe.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD, "shared": "on"})
    assert cafe.session["_auth_user_id"] == str(account.id)
    assert not queries.browsers_of(account)
    cafe.post("/sign-out/")
    assert enter_by_code(cafe, PHONE)["Location"] == "/sign-in/device/"


def test_a_registration_makes_no_device_trusted(account):
    new = Client()
    assert take_over(new).status_code == 302
    his = identity_queries.account_by_phone(PHONE)
    assert new.session["_auth_user_id"] == str(his.id)
    assert not queries.browsers_of(his)
    new.post("/sign-out/")
    assert enter_by_code(new, PHONE)["Location"] == "/sign-in/device/"


@pytest.mark.parametrize("state", [{}, {"by": "a way of later"}])
def test_a_way_to_sign_in_that_is_not_listed_opens_nothing(account, rf, state):
    from allauth.account.internal.flows.login import perform_login
    from allauth.account.models import Login
    from allauth.core import context

    request = rf.get("/")
    request.session = Client().session
    request.user = AnonymousUser()
    with context.request_context(request):
        answer = perform_login(request, Login(user=account, state=state))
    assert answer["Location"] == "/sign-in/device/"
    assert "_auth_user_id" not in request.session


def test_the_devices_and_lost_phones_of_half_a_year_ago_are_deleted(own_device, account, later):
    LostPhone.objects.create(account=account, phone=PHONE, at=clock.now())
    identity.release_phone(account.id, phone=PHONE, actor=BY)
    later(days=179)
    services.forget_old()
    assert (KnownBrowser.objects.count(), LostPhone.objects.count()) == (1, 1)
    later(days=2)
    assert not queries.browsers_of(account), "its cookie has expired, so it is no longer trusted"
    services.forget_old()
    assert (KnownBrowser.objects.count(), LostPhone.objects.count()) == (0, 0)


def test_the_rightful_new_holder_is_not_warned_against_their_own_code(account, register):
    other = register(name="张磊", number=NEW_HOLDER["number"], phone="13900002222")
    his = identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    services.send_phone_code(his, PHONE, address="203.0.113.9")
    text = next(message.text for message in Message.objects.all() if message.phone == PHONE)
    assert "如您是原机主且未申请更换，请勿向任何人提供验证码。" in text


def test_on_a_known_device_the_code_alone_signs_in(own_device):
    assert enter_by_code(own_device, PHONE)["Location"] == "/"


def test_wrong_passwords_at_the_second_step_are_counted(account):
    visitor = Client()
    enter_by_code(visitor, PHONE)
    for _ in range(5):
        visitor.post("/sign-in/device/", {"password": "wrong"})
    assert "失败次数太多" in page(visitor.post("/sign-in/device/", {"password": PASSWORD}))


def test_strangers_who_lock_the_password_do_not_lock_who_has_the_code(account):
    for _ in range(5):
        Client().post("/sign-in/", {"login_name": "liwenmin", "password": "wrong"})
    assert enter_by_code(Client(), PHONE, password=PASSWORD)["Location"] == "/"


def test_signing_in_as_somebody_else_first_does_not_skip_the_proof(account, register):
    """A session of another account is flushed at the sign-in, and its records with it."""
    other = register(name="张磊", number=NEW_HOLDER["number"], phone="13900002222")
    identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    visitor = Client()
    visitor.post("/sign-in/", {"login_name": "zhanglei", "password": PASSWORD})
    enter_by_code(visitor, PHONE)
    assert visitor.session.get("_auth_user_id") != str(account.id)


def test_a_password_reset_with_the_phone_and_the_number_is_no_proof_on_a_device_never_seen(account):
    """Somebody who has the phone may know the number too, for example from a lost bag."""
    visitor = Client()
    visitor.post("/forgotten/", {"phone": PHONE, "number": NUMBER})
    new = {"code": code_sent_to(PHONE), "password": "Sunny-day-8", "again": "Sunny-day-8"}
    visitor.post("/forgotten/check/", new)
    entered = visitor.post("/sign-in/", {"login_name": "liwenmin", "password": "Sunny-day-8"})
    assert entered["Location"] == "/sign-in/device/"
    assert visitor.post("/sign-in/device/", {"password": "Sunny-day-8"}).status_code in {200, 422}
    assert "_auth_user_id" not in visitor.session
    assert "这两样别人也可能知道" in page(visitor.get("/sign-in/device/"))


def test_a_password_reset_on_a_known_device_signs_in(own_device):
    own_device.post("/forgotten/", {"phone": PHONE, "number": NUMBER})
    new = {"code": code_sent_to(PHONE), "password": "Sunny-day-8", "again": "Sunny-day-8"}
    own_device.post("/forgotten/check/", new)
    assert own_device.post("/sign-in/", {"login_name": "liwenmin", "password": "Sunny-day-8"})["Location"] == "/"


def test_a_device_can_be_forgotten_and_a_new_password_forgets_all(own_device, account):
    enter_by_code(own_device, PHONE)
    listed = page(own_device.get("/account/devices/"))
    assert "认识的设备" in listed
    known = KnownBrowser.objects.get(account=account)
    own_device.post("/account/devices/", {"forget": known.id})
    assert ledger.entries_of(account.id)[-1].payload == {"browser": str(known.id), "by": "self"}
    own_device.post("/sign-out/")
    assert Client.get(own_device, "/").status_code == 200


def test_a_forgotten_device_asks_again(own_device, account, later):
    for known in queries.browsers_of(account):
        services.forget_browser(account, known.id)
    assert enter_by_code(own_device, PHONE)["Location"] == "/sign-in/device/"


def test_nobody_forgets_anothers_device(own_device, account, register):
    other = register(name="张磊", number=NEW_HOLDER["number"], phone="13900002222")
    stranger = identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    known = KnownBrowser.objects.get(account=account)
    assert not services.forget_browser(stranger, known.id)
    assert queries.browsers_of(account) == [known]


def test_a_new_password_forgets_every_device_but_the_one_where_it_was_set(own_device, account):
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD}, **HOME)
    prove_again(elsewhere)
    new = {"password": "Another-1234", "again": "Another-1234"}
    assert elsewhere.post("/account/password/", new)["Location"] == "/account/"
    elsewhere.post("/sign-out/")
    assert enter_by_code(own_device, PHONE)["Location"] == "/sign-in/device/"
    assert len(queries.browsers_of(account)) == 1


def test_the_computers_of_a_service_hall_are_never_remembered(account, settings):
    settings.HALL_NETWORKS = networks_of("198.51.100.0/24")
    hall = {"REMOTE_ADDR": "198.51.100.7"}
    visitor = Client()
    visitor.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD}, **hall)
    visitor.post("/sign-out/", **hall)
    assert not queries.browsers_of(account)
    assert enter_by_code(visitor, PHONE, **hall)["Location"] == "/sign-in/device/"


def test_field_case_registering_on_a_phone_that_somebody_else_had_detaches_it_and_tells_her(account, register):
    hers = Client()
    hers.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    new = Client()
    assert take_over(new).status_code == 302
    his = identity_queries.account_by_phone(PHONE)
    assert identity_queries.subject(his.subject_id).number == NEW_HOLDER["number"]
    assert queries.level_of(his) == 2
    account.refresh_from_db()
    assert account.phone is None
    assert identity_queries.subject(account.subject_id).phone == "", "messages to her would reach him"
    assert hers.get("/account/").status_code == 302, "her sessions end: one of them might be his"
    assert "identity.PhoneReleased" in {entry.type for entry in ledger.entries_of(account.id)}
    entered = hers.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD}, follow=True)
    assert "有了新的机主" in page(entered)
    assert "已从您的账号解除" in page(hers.get("/account/"))


def test_field_case_the_former_holder_is_told_at_another_phone(account, register):
    also_hers = identity.open_account("liwenmin2", password=PASSWORD, subject_id=account.subject_id, actor=BY)
    identity.verify_phone(also_hers.id, phone="13900003333", actor=BY)
    take_over(Client())
    told = [message for message in Message.objects.all() if message.phone == "13900003333"]
    assert "有了新的机主" in told[0].text
    assert not [m for m in Message.objects.all() if m.phone == PHONE and "有了新的机主" in m.text]


def test_field_case_a_phone_is_not_detached_without_the_carrier(account, monkeypatch):
    monkeypatch.setattr(carriers, "current", lambda: None)
    refused = take_over(Client())
    assert refused.status_code == 422
    assert "带身份证到就近的政务服务中心" in page(refused)
    account.refresh_from_db()
    assert account.phone == PHONE


def test_whoever_only_holds_the_phone_for_a_moment_detaches_nothing(account, register):
    """The carrier does not confirm that it is theirs."""
    other = register(name="赵敏", number="990102198803130049", phone="13900002222")
    assert other
    typed = {"name": "赵敏", "number": "990102198803130049"}
    refused = take_over(Client(), **typed)
    assert refused.status_code == 422
    account.refresh_from_db()
    assert account.phone == PHONE


def test_the_holder_herself_is_told_that_she_has_an_account(account):
    refused = take_over(Client(), name="张三", number=NUMBER)
    assert refused.status_code == 422
    assert "您已经有账号" in page(refused)


def test_a_registered_person_gets_their_records_with_the_carriers_word(account, register):
    """His number is known to the city with an older phone, so that only the carrier knows the new one."""
    known = register(name="张磊", number=NEW_HOLDER["number"], phone="13900002222")
    take_over(Client())
    assert identity_queries.account_by_phone(PHONE).subject_id == known.id


def test_a_phone_that_somebody_else_had_moves_to_an_account_whose_person_proved_to_have_it(account, register):
    other = register(name="张磊", number=NEW_HOLDER["number"], phone="13900002222")
    his = identity.open_account("zhanglei", password=PASSWORD, subject_id=other.id, actor=BY)
    client = Client()
    client.post("/sign-in/", {"login_name": "zhanglei", "password": PASSWORD})
    prove_again(client)
    client.post("/account/phone/", {"phone": PHONE})
    assert client.post("/account/phone/check/", {"code": code_sent_to(PHONE)}).status_code == 302
    his.refresh_from_db()
    account.refresh_from_db()
    assert (his.phone, account.phone) == (PHONE, None)


def test_a_phone_that_the_carrier_does_not_confirm_stays_where_it_is(account, register):
    other = register(name="赵敏", number="990102198803130049", phone="13900002222")
    identity.open_account("zhaomin", password=PASSWORD, subject_id=other.id, actor=BY)
    client = Client()
    client.post("/sign-in/", {"login_name": "zhaomin", "password": PASSWORD})
    prove_again(client)
    client.post("/account/phone/", {"phone": PHONE})
    assert client.post("/account/phone/check/", {"code": code_sent_to(PHONE)}).status_code == 422
    account.refresh_from_db()
    assert account.phone == PHONE


def test_an_account_that_has_changed_its_phone_meanwhile_loses_nothing(own_device, account):
    """The new holder's request read the account before its person registered another phone."""
    before = identity_queries.account_by_phone(PHONE)
    identity.verify_phone(account.id, phone="13900003333", actor=BY)
    Message.objects.all().delete()
    known, entries = KnownBrowser.objects.filter(ended_at=None).count(), len(ledger.entries_of(account.id))
    take_phone(before, PHONE, actor=BY)
    account.refresh_from_db()
    assert account.phone == "13900003333"
    assert KnownBrowser.objects.filter(ended_at=None).count() == known == 1
    assert len(ledger.entries_of(account.id)) == entries
    assert not LostPhone.objects.exists()
    assert not Message.objects.exists()


def test_the_page_for_a_new_device_names_every_way_past_a_forgotten_password(own_device, account):
    visitor = Client()
    assert enter_by_code(visitor, PHONE)["Location"] == "/sign-in/device/"
    said = page(visitor.get("/sign-in/device/"))
    ways = ["忘了密码：用登录过的设备", "忘了密码：到窗口确认", "当场登记新手机号"]
    assert [way for way in ways if way not in said] == []
    assert said.index(ways[0]) < said.index(ways[1])
    own_device.post("/forgotten/", {"phone": PHONE, "number": NUMBER}, **HOME)
    typed = {"code": code_sent_to(PHONE), "password": "Sunny-day-8", "again": "Sunny-day-8"}
    assert own_device.post("/forgotten/check/", typed, **HOME)["Location"] == "/sign-in/"
    done = visitor.post("/sign-in/device/", {"password": "Sunny-day-8"})
    assert done["Location"] == "/", "a password that was set on the known device counts here too, as the page says"


def test_whoever_has_a_passkey_is_asked_for_it_and_never_meets_that_page(account):
    data = {"name": "我的手机", "credential": {}}
    Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data=data)
    assert enter_by_code(Client(), PHONE)["Location"] == "/sign-in/second/"
