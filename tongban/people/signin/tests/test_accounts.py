"""Opening, changing and closing an account; levels; messages."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.errors import Invalid
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin import ports, queries, rules, services
from tongban.people.signin.models import Message
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services import codes
from tongban.people.signin.services.registering import Registration
from tongban.people.signin.testing import code_sent_to, prove_again
from tongban.people.signin.tests.conftest import NUMBER, PHONE
from tongban.people.signin.views.account import CHANGING
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
TYPED = {
    "name": "张磊", "number": "990102199208050014", "phone": "13900001111", "password": "Sunny-day-7",
    "again": "Sunny-day-7",
}  # fmt: skip
NEW = "13900001111"


@pytest.fixture
def library(monkeypatch):
    """The population library knows 张磊 by number."""
    monkeypatch.setattr(
        ports.name_checker,
        "_value",
        ports.NameChecker("libraries.population", lambda *pair: pair == ("张磊", TYPED["number"])),
    )


def register_on_pages(client, **changes):
    client.post("/register/", TYPED | changes)
    return client.post("/register/check/", {"code": code_sent_to((TYPED | changes)["phone"])})


def test_registering_gives_level_one_if_name_and_number_agree(client, library):
    assert register_on_pages(client).status_code == 302
    account = identity_queries.account_by_phone(NEW)
    assert client.session["_auth_user_id"] == str(account.id)
    assert queries.level_of(account) == 1
    assert identity_queries.subject(account.subject_id).number == TYPED["number"]
    assert [e.proof.kind for e in queries.evidence_of(account)] == ["number", "phone"]


def test_all_errors_are_shown_at_once_and_the_input_is_kept(client):
    wrong = TYPED | {"number": "990102199403120023", "phone": "1390000", "password": "short", "again": "shorter"}
    page = client.post("/register/", wrong)
    text = page.content.decode()
    assert page.status_code == 422
    for sentence in ("公民身份号码不对", "手机号应是 11 位数字", "密码至少 8 个字符", "两次输入的密码不一样"):
        assert sentence in text
    assert all(f'value="{wrong[kept]}"' in text for kept in ("name", "number", "phone"))


def test_a_signed_in_person_cannot_register_again(client, library):
    register_on_pages(client)
    assert client.get("/register/check/", follow=True).redirect_chain[-1][0] == "/account/"


def test_a_wrong_name_gives_level_zero_and_claims_no_number(client, library):
    register_on_pages(client, name="李四")
    account = identity_queries.account_by_phone(NEW)
    assert queries.level_of(account) == 0
    assert identity_queries.subject(account.subject_id).number == ""


def test_a_known_person_is_bound_only_from_their_registered_phone(client, library, register):
    known = register(name="张磊", number=TYPED["number"], phone=NEW)
    register_on_pages(client)
    assert identity_queries.account_by_phone(NEW).subject_id == known.id


def test_knowing_another_persons_name_and_number_gives_no_access(client, library, register):
    known = register(name="张磊", number=TYPED["number"], phone="13900002222")
    register_on_pages(client)
    mine = identity_queries.account_by_phone(NEW)
    assert mine.subject_id != known.id
    assert queries.level_of(mine) == 0
    refused = client.post("/account/level/", {"name": "张磊", "number": TYPED["number"]})
    assert refused.status_code == 422
    assert "没有核对上" in refused.content.decode()


@pytest.mark.usefixtures("codes_are_known")
def test_only_an_sms_reveals_that_a_phone_already_has_an_account(client, account):
    taken = client.post("/register/", TYPED | {"phone": PHONE})
    free = type(client)().post("/register/", TYPED)
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    from tongban.foundation.announcements.testing import run_pending_jobs

    run_pending_jobs()
    texts = {m.phone: m.text for m in Message.objects.all()}
    assert "登记在一个账号上" in texts[PHONE]
    assert "登记在一个账号上" not in texts[NEW]
    assert "验证码" in texts[NEW]
    assert client.post("/register/check/", {"code": "123456"}).status_code == 422
    assert identity_queries.account_by_phone(PHONE).id == account.id


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"number": "990102199208050015"}, "公民身份号码不对"),
        ({"phone": "123"}, "手机号应是 11 位"),
        ({"password": "short", "again": "short"}, "至少 8 个字符"),
        ({"password": "password1", "again": "password1"}, "太常见"),
        ({"password": "x13900001111", "again": "x13900001111"}, "不要有您的"),
        ({"password": "onlyletters", "again": "onlyletters"}, "至少两种"),
        ({"again": "else-1234"}, "不一样"),
        ({"name": ""}, "请填写身份证上的姓名"),
    ],
)
def test_errors_are_shown_at_their_fields(client, changed, sentence):
    page = client.post("/register/", TYPED | changed)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert TYPED["password"] not in page.content.decode()
    assert not Message.objects.exists()


def test_officers_need_three_kinds_of_characters():
    assert rules.password_problem("abcdef12", officer=False) == ""
    assert "三种" in rules.password_problem("abcdef12", officer=True)
    assert rules.password_problem("Abcdef12", officer=True) == ""


def test_a_forgotten_password_can_be_reset_and_the_lock_is_lifted(client, sign_in, account):
    for _ in range(5):
        sign_in(password="wrong")
    client.post("/forgotten/", {"phone": PHONE, "number": NUMBER})
    typed = {"code": code_sent_to(PHONE), "password": "Sunny-day-7", "again": "Sunny-day-7"}
    assert client.post("/forgotten/check/", typed)["Location"] == "/sign-in/"
    assert sign_in(password="Sunny-day-7").status_code == 302
    assert {"by": "reset"} in [entry.payload for entry in ledger.entries_of(account.id)]


@pytest.mark.usefixtures("codes_are_known")
@pytest.mark.parametrize("typed", [{"phone": PHONE, "number": TYPED["number"]}, {"phone": NEW, "number": NUMBER}])
def test_a_reset_with_wrong_data_looks_the_same_and_sends_nothing(client, account, later, typed):
    right = Client().post("/forgotten/", {"phone": PHONE, "number": NUMBER})
    assert [message.state for message in Message.objects.all()] == ["waiting"]
    later(minutes=2)  # the next code may be sent to the phone
    wrong = client.post("/forgotten/", typed)
    assert right["Location"] == wrong["Location"] == "/forgotten/check/"
    assert sorted(message.state for message in Message.objects.all()) == ["held", "waiting"]
    check = {"code": "123456", "password": "Sunny-day-7", "again": "Sunny-day-7"}
    assert client.post("/forgotten/check/", check).status_code == 422


def test_a_phone_can_be_changed_and_the_old_one_is_notified(client, sign_in, account):
    sign_in()
    prove_again(client)
    client.post("/account/phone/", {"phone": NEW})
    code = code_sent_to(NEW)
    assert client.post("/account/phone/check/", {"code": code}).status_code == 302
    account.refresh_from_db()
    assert account.phone == NEW
    assert "已经更换" in Message.objects.get(state="waiting").text
    assert queries.known_phones(account.subject_id) == [NEW], "not the old number on record, which others may hold"


def test_field_case_a_code_for_one_phone_does_not_change_the_account_to_another(client, sign_in, account):
    """Field case: only the account of the code was compared, not the phone to which it was sent."""
    sign_in()
    prove_again(client)
    client.post("/account/phone/", {"phone": NEW})
    code = client.session[CHANGING]["code"]
    with pytest.raises(Invalid, match="验证码不对"):
        services.change_phone(account, "13900009999", code, code_sent_to(NEW))
    account.refresh_from_db()
    assert account.phone == PHONE
    services.change_phone(account, f" +86 {NEW[:3]} {NEW[3:7]} {NEW[7:]}", code, code_sent_to(NEW))
    account.refresh_from_db()
    assert account.phone == NEW


def test_a_code_for_one_phone_does_not_register_another():
    wanted = Registration("李文敏", NUMBER, NEW, "Sunny-day-7")
    code = codes.send_code(NEW, purpose=CodeUse.REGISTER, address="198.51.100.7")
    with pytest.raises(Invalid, match="验证码不对"):
        services.finish_registration(replace(wanted, phone="13900009999"), code, code_sent_to(NEW))


def test_an_account_that_was_taken_back_sends_no_notices_to_whoever_opened_it(account):
    services.take_back(account, actor=BY)
    assert queries.known_phones(account.subject_id) == []


def test_the_code_for_a_new_phone_expires_after_five_wrong_ones(client, sign_in, account, codes_are_known):
    sign_in()
    prove_again(client)
    client.post("/account/phone/", {"phone": NEW})
    for _ in range(5):
        assert client.post("/account/phone/check/", {"code": "135791"}).status_code == 422
    assert client.post("/account/phone/check/", {"code": code_sent_to(NEW)}).status_code == 422
    account.refresh_from_db()
    assert account.phone == PHONE


def test_closing_ends_the_account_everywhere_and_frees_the_phone(client, sign_in, account):
    sign_in()
    prove_again(client)
    assert client.post("/account/close/", {}).status_code == 422
    assert client.post("/account/close/", {"sure": "on"}).status_code == 200
    assert sign_in().status_code == 422
    assert identity_queries.account_by_phone(PHONE) is None
    assert "identity.AccountClosed" in [e.type for e in ledger.entries_of(account.id)]


def test_a_level_ends_with_its_evidence(account, later):
    from datetime import timedelta

    subject = account.subject_id
    mine = {"account_id": account.id, "actor": BY}
    services.record_proof(subject, level=1, kind="number", **mine)
    services.record_proof(subject, level=3, kind="face", until=clock.now() + timedelta(days=30), **mine)
    assert queries.level_of(account) == 3
    later(days=31)
    assert queries.level_of(account) == 1


@pytest.mark.parametrize(("level", "kind"), [(2, "number"), (3, "carrier"), (4, "window"), (1, "hearsay")])
def test_each_kind_of_evidence_gives_a_limited_level(account, level, kind):
    from tongban.foundation.errors import Invalid

    with pytest.raises(Invalid):
        services.record_proof(account.subject_id, level=level, kind=kind, actor=BY)


def test_the_steps_to_a_level_lead_back_to_the_draft(client, library, register):
    register(name="张磊", number=TYPED["number"], phone=NEW)
    register_on_pages(client)
    page = client.get("/account/level/?need=2&next=/wallet/").content.decode()
    assert "还差一步" in page
    assert "运营商" in page
    done = client.post("/account/level/?need=2&next=/wallet/", {"carrier": "1"})
    assert done["Location"] == "/wallet/"


def test_a_refusal_by_the_carrier_gives_no_level(client, library):
    register_on_pages(client, phone="13900003333")
    account = identity_queries.account_by_phone("13900003333")
    identity.verify_phone(account.id, phone="13900004444", actor=BY)
    subject = identity_queries.subject(account.subject_id)
    subject.phone = "13900003333"  # what the carrier of the demo knows
    subject.save(update_fields=["phone"])
    page = client.post("/account/level/?need=2", {"carrier": "1"})
    assert page.status_code == 422
    assert "不是用您的身份证办的" in page.content.decode()
    assert "同意并核验" in page.content.decode()
    assert queries.level_of(account) == 1


@pytest.mark.req("D6")
def test_personal_data_is_stored_encrypted(client, account):
    from django.db import connection

    client.post("/sign-in/code/", {"phone": PHONE})
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, text FROM signin_message UNION ALL SELECT phone, phone FROM identity_account")
        for row in cursor.fetchall():
            assert PHONE.encode() not in b"".join(bytes(value) for value in row)
    assert PASSWORD not in str(account.password)


def test_without_a_gateway_nobody_is_told_that_a_message_was_sent(client, account, settings, caplog):
    settings.DEMO = False
    for address, typed in (
        ("/register/", TYPED),
        ("/sign-in/code/", {"phone": PHONE}),
        ("/sign-in/code/", {"phone": NEW}),
    ):
        caplog.clear()
        page = client.post(address, typed)
        assert page.status_code == 422, address
        assert "短信暂时发不出去，请稍后再试，或到窗口办理" in page.content.decode(), address
        assert len([record for record in caplog.records if record.name == "tongban.signin"]) == 1, address
    assert not Message.objects.exists()


def test_field_case_a_phone_without_an_account_is_led_to_registering_and_back(client, account, library, later):
    """Field case: no code ever came, and the page that waited for one said nothing about registering."""
    pages = []
    for phone in (NEW, PHONE):
        visitor = type(client)()
        page = visitor.post("/sign-in/code/", {"phone": phone, "next": "/wallet/"}, follow=True).content.decode()
        assert "还没有注册过的" in page
        assert "准备好姓名、公民身份号码和您本人的手机" in page
        assert page.count("重新获取") == page.count('"/sign-in/code/?next=/wallet/"') == 1
        assert set(re.findall(r'href="/register/([^"]*)"', page)) == {"?next=/wallet/"}
        pages.append(page[page.index("没有收到验证码") :])
    assert pages[0] == pages[1], "strangers do not learn who has an account"
    address = re.search(r'href="(/register/[^"]*)"', pages[0])[1]
    form = client.get(address).content.decode()
    assert 'name="next" value="/wallet/"' in form
    assert 'href="/sign-in/?next=/wallet/"' in form
    later(minutes=2)
    waits = client.post("/register/", TYPED | {"next": "/wallet/"}, follow=True).content.decode()
    assert 'href="/register/?next=/wallet/"' in waits
    done = client.post("/register/check/", {"code": code_sent_to(NEW)})
    assert done["Location"] == "/wallet/"


def test_the_page_of_a_reset_says_what_to_do_without_an_account(client):
    page = client.post("/forgotten/", {"phone": NEW, "number": TYPED["number"]}, follow=True).content.decode()
    assert "没有收到验证码？" in page
    assert page.count("重新获取") == 1
    assert "请用密码登录" not in page, "they have forgotten it"
    assert 'href="/register/"' in page
