"""A telephone number gets another holder. It opens nothing by itself, and goes over to whoever proves to have it."""

import pytest
from django.test import Client

from tongban.foundation.networks import networks_of
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin import carriers, ports, queries, services
from tongban.people.signin.models import KnownBrowser, Message
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


def test_a_code_to_a_known_phone_alone_opens_nothing_on_a_device_never_seen(account):
    visitor = Client()
    assert enter_by_code(visitor, PHONE)["Location"] == "/sign-in/device/"
    for address in ("/account/", "/account/phone/", "/account/totp/", "/account/devices/", "/account/offers/"):
        answer = visitor.get(address)
        assert answer.status_code in {302, 404}
        assert not answer.get("Location", "/sign-in/").startswith("/account")
    assert "_auth_user_id" not in visitor.session
    said = page(visitor.get("/sign-in/device/"))
    assert "手机号可能换过主人" in said
    assert "用密码确认" in said
    assert "带身份证到就近的政务服务中心" in said
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


def test_a_check_at_a_window_opens_the_account_for_a_week(account, later):
    """Whoever forgot the password and has no other way goes to a window."""
    from datetime import timedelta

    from tongban.foundation import clock

    services.record_proof(
        account.subject_id, account_id=account.id, level=3, kind="window", actor=BY,
        counts_from=clock.now() + timedelta(hours=24),
    )  # fmt: skip
    assert enter_by_code(Client(), PHONE)["Location"] == "/sign-in/device/", "it does not count yet"
    later(hours=25)
    assert enter_by_code(Client(), PHONE)["Location"] == "/"
    later(days=8)
    assert enter_by_code(Client(), PHONE)["Location"] == "/sign-in/device/"


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


def test_registering_on_a_phone_that_somebody_else_had_detaches_it_and_tells_her(account, register):
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


def test_the_former_holder_is_told_at_another_phone(account, register):
    also_hers = identity.open_account("liwenmin2", password=PASSWORD, subject_id=account.subject_id, actor=BY)
    identity.verify_phone(also_hers.id, phone="13900003333", actor=BY)
    take_over(Client())
    told = [message for message in Message.objects.all() if message.phone == "13900003333"]
    assert "有了新的机主" in told[0].text
    assert not [m for m in Message.objects.all() if m.phone == PHONE and "有了新的机主" in m.text]


def test_a_phone_is_not_detached_without_the_carrier(account, monkeypatch):
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
