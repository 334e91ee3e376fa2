"""Whoever forgot the password and has another phone goes to a window: the new phone is registered a day later."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tongban.foundation.ids import new_id
from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.signin import queries, services
from tongban.people.signin.models import LostPhone, Message, WindowCheck
from tongban.people.signin.rules import CodeUse
from tongban.people.signin.services import new_phones
from tongban.people.signin.services.codes import TooManyCodes, send_code
from tongban.people.signin.testing import code_sent_to, enter_by_code, prove_again
from tongban.portal.window.tests.hall import KNOWN, PHONE, PROOF, account, code_in, hand_in, read, receipt, texts_to
from tongban.portal.window.tests.test_window import begin
from tongban.portal.window.views.proofs import NEW_PHONE
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
NEW = "13900008888"
RESET = "Sunny-day-8"


@pytest.fixture
def owner(hall, later):
    """The mother has her own account with the old phone, checked nine days ago."""
    read(hall)
    later(days=9)
    return at_window(hall)


def at_window(hall):
    hall.client = prove_again(signed_in(hall.clerk.subject_id))
    begin(hall)
    Message.objects.all().delete()
    return account()


def ask(hall, phone=PHONE, new=NEW):
    return hall.client.post(PROOF, {"phone": phone, "new_phone": new})


def change(hall, phone=PHONE, new=NEW, *, by_colleague=False):
    """Do all that is done at the window, with the reader or a second officer; return the check."""
    asked = ask(hall, phone, new)
    assert asked["Location"] == PROOF, asked.content.decode()
    done = hall.client.post(PROOF, {"code": code_sent_to(new)})
    assert done.status_code == 302, done.content.decode()
    check = WindowCheck.objects.get(id=done["Location"].split("/")[-2])
    if by_colleague:
        hall.client.post(done["Location"], {"second": "1"})
        assert hall.colleague().post(reverse("window:confirm", args=[check.id])).status_code == 302
    else:
        assert hand_in(hall, check, receipt(hall, check)).status_code == 302
    check.refresh_from_db()
    assert check.proof is not None
    return check


def of_another():
    """The account of somebody else, who has the number that will be named."""
    other = identities.register_person(name="钱多多", division_code="990102", actor=factories.CITY)
    former = identities.open_account("u777", password=PASSWORD, subject_id=other.id, actor=factories.CITY)
    return identities.verify_phone(former.id, phone=NEW, actor=factories.CITY)


def forgotten(phone, number):
    """Set a password as somebody who has the phone and knows the number."""
    visitor = Client()
    visitor.post("/forgotten/", {"phone": phone, "number": number})
    typed = {"code": code_sent_to(phone), "password": RESET, "again": RESET}
    assert visitor.post("/forgotten/check/", typed)["Location"] == "/sign-in/"


def test_the_new_phone_signs_in_a_day_later_and_the_old_one_no_longer(hall, owner, later):
    check = change(hall)
    assert account().phone == PHONE
    later(hours=23)
    services.register_new_phones()
    assert account().phone == PHONE, "the person may still object"
    later(hours=2)
    services.register_new_phones()
    assert account().phone == NEW
    check.refresh_from_db()
    assert check.new_phone is None
    assert any("已按您在窗口的登记更换" in text for text in texts_to(PHONE))
    verified = [one for one in ledger.entries_of(owner.id) if one.type == "identity.PhoneVerified"][-1]
    assert verified.actor == str(hall.clerk.subject_id)
    assert enter_by_code(Client(), NEW)["Location"] == "/"
    later(minutes=2)
    Message.objects.all().delete()
    with pytest.raises(AssertionError, match="no code"):
        enter_by_code(Client(), PHONE)


def test_the_old_phone_is_told_at_once_and_can_stop_it(hall, owner, later):
    change(hall)
    told = texts_to(PHONE)[-1]
    assert "登记了新手机号 139****8888" in told
    assert Client().post("/objection/", {"code": code_in(told)}).status_code == 302
    later(hours=25)
    services.register_new_phones()
    assert account().phone == PHONE
    services.forget_old()
    assert not WindowCheck.objects.filter(new_phone__isnull=False).exists()


def test_without_the_code_to_the_new_phone_nothing_begins(hall, owner):
    before = WindowCheck.objects.count()
    assert ask(hall)["Location"] == PROOF
    code = code_sent_to(NEW)
    wrong = "000000" if code != "000000" else "111111"
    assert "请到场人自己输入" in hall.client.get(PROOF).content.decode()
    assert hall.client.post(PROOF, {"code": wrong}).status_code == 422
    assert WindowCheck.objects.count() == before


@pytest.mark.parametrize(("new", "words"), [(PHONE, "不用更换"), ("123", "手机号")])
def test_a_number_that_cannot_be_the_new_phone_is_refused(hall, owner, new, words):
    refused = ask(hall, new=new)
    assert (refused.status_code, words in refused.content.decode()) == (422, True)


def test_a_phone_that_names_no_account_is_refused_at_its_own_field(hall, owner):
    refused = ask(hall, phone="13900006666").content.decode()
    assert re.search(r'id="id_phone"[^>]*aria-invalid="true"', refused)
    assert not re.search(r'id="id_new_phone"[^>]*aria-invalid="true"', refused)


def test_a_strangers_account_gets_no_new_phone(hall):
    """The account rests on a name only: it is bound to the person first."""
    refused = ask(hall)
    assert (refused.status_code, "自己名下的账号" in refused.content.decode()) == (422, True)


def test_the_clerk_is_told_of_a_reset_by_phone_and_the_reset_password_ends(hall, owner, later):
    forgotten(PHONE, hall.mother.number)
    later(minutes=2)
    assert ask(hall)["Location"] == PROOF
    done = hall.client.post(PROOF, {"code": code_sent_to(NEW)})
    page = hall.client.get(done["Location"]).content.decode()
    assert "密码用短信重设过" in page
    assert "这个密码会作废" in page
    check = WindowCheck.objects.get(id=done["Location"].split("/")[-2])
    hand_in(hall, check, receipt(hall, check))
    later(hours=25)
    services.register_new_phones()
    assert not account().has_usable_password()
    assert Client().post("/sign-in/", {"login_name": NEW, "password": RESET}).status_code == 422
    assert enter_by_code(Client(), NEW)["Location"] == "/"


def test_the_clerk_of_an_ordinary_check_is_told_of_the_reset_too(hall, owner, later):
    forgotten(PHONE, hall.mother.number)
    later(minutes=2)
    done = hall.client.post(PROOF, {"phone": PHONE})
    page = hall.client.get(done["Location"]).content.decode()
    assert "密码用短信重设过" in page
    assert "不是本人的，不要往下核验" in page


def test_nothing_is_said_where_no_password_was_reset(hall, owner):
    done = hall.client.post(PROOF, {"phone": PHONE})
    assert "用短信重设过" not in hall.client.get(done["Location"]).content.decode()


def test_a_phone_of_a_former_holders_account_goes_over(hall, owner, later):
    former = of_another()
    check = change(hall)
    assert "那时手机号换成" in hall.client.get(reverse("window:check", args=[check.id])).content.decode()
    later(hours=25)
    services.register_new_phones()
    assert account().phone == NEW
    assert Account.objects.get(id=former.id).phone is None
    assert LostPhone.objects.get().account_id == former.id


def test_without_the_reader_nobody_loses_their_phone(hall, owner, later):
    """A second officer gives L2, by which a phone is not taken from another account (ADR 35)."""
    former = of_another()
    check = change(hall, by_colleague=True)
    assert check.proof.level == 2
    page = hall.client.get(reverse("window:check", args=[check.id])).content.decode()
    assert "账号的手机号不变" in page
    assert "那时手机号换成" not in page
    later(hours=25)
    Message.objects.all().delete()
    services.register_new_phones()
    assert (account().phone, Account.objects.get(id=former.id).phone) == (PHONE, NEW)
    assert not LostPhone.objects.exists()
    check.refresh_from_db()
    assert check.new_phone is None
    assert "要用读卡器读过身份证" in texts_to(PHONE)[-1]


def test_after_a_check_without_the_reader_one_with_it_can_follow(hall, owner, later):
    former = of_another()
    change(hall, by_colleague=True)
    later(minutes=2)
    change(hall)
    later(hours=25)
    services.register_new_phones()
    assert (account().phone, Account.objects.get(id=former.id).phone) == (NEW, None)


def test_the_clerk_is_told_in_time_that_the_reader_is_needed(hall, owner):
    ask(hall)
    done = hall.client.post(PROOF, {"code": code_sent_to(NEW)})
    assert "只由同事复核的不能换" not in hall.client.get(done["Location"]).content.decode()
    of_another()
    assert "只由同事复核的不能换" in hall.client.get(done["Location"]).content.decode()


def test_a_phone_that_nobody_has_needs_no_reader(hall, owner, later):
    change(hall, by_colleague=True)
    later(hours=25)
    services.register_new_phones()
    assert account().phone == NEW


def test_notices_no_longer_go_to_whoever_holds_the_old_number(hall, owner, later):
    mother = Subject.objects.get(id=hall.mother.id)
    mother.phone = PHONE
    mother.save(update_fields=["phone"])
    assert queries.known_phones(hall.mother.id) == [PHONE]
    change(hall)
    later(hours=25)
    services.register_new_phones()
    assert queries.known_phones(hall.mother.id) == [NEW]


def test_notices_no_longer_go_to_whoever_reset_the_password_by_the_old_number(hall, owner, later):
    mother = Subject.objects.get(id=hall.mother.id)
    mother.phone = PHONE
    mother.save(update_fields=["phone"])
    forgotten(PHONE, mother.number)
    later(minutes=2)
    change(hall)
    later(hours=25)
    services.register_new_phones()
    assert queries.known_phones(mother.id) == [NEW]


def test_a_phone_on_record_that_is_not_the_old_one_stays(hall, owner, later):
    change(hall)
    later(hours=25)
    services.register_new_phones()
    assert queries.known_phones(hall.mother.id) == [KNOWN, NEW]


@pytest.fixture
def failing(hall, owner, later, monkeypatch):
    """Two checks, of which the earlier cannot be registered: whatever it is, it fails each time."""
    broken = change(hall)
    good = WindowCheck.objects.get(id=broken.id)
    proof = good.proof
    proof.pk, proof._state.adding = new_id(), True
    proof.counts_from += timedelta(minutes=1)
    proof.save()
    good.pk, good._state.adding = new_id(), True
    good.proof, good.nonce, good.objection_index = proof, "b" * 32, None
    good.new_phone, good.statement = NEW, ""  # sealed for their row
    good.save()
    register = new_phones._register

    def fail_for_one(check_id):
        if check_id == broken.id:
            raise RuntimeError(f"a sentence with {NEW} in it")
        register(check_id)

    monkeypatch.setattr(new_phones, "_register", fail_for_one)
    later(hours=25)
    return broken, good


def test_a_check_that_fails_holds_up_no_other_and_is_given_up_after_a_day(hall, failing, later, caplog):
    broken, good = failing
    services.register_new_phones()
    assert account().phone == NEW
    broken.refresh_from_db()
    assert broken.new_phone == NEW, "it is tried again"
    later(hours=22)
    services.register_new_phones()
    assert WindowCheck.objects.get(id=broken.id).new_phone == NEW
    later(hours=2)
    Message.objects.all().delete()
    services.register_new_phones()
    assert WindowCheck.objects.get(id=broken.id).new_phone is None
    assert any("没有登记成功" in text for text in texts_to(KNOWN))
    assert f"{broken.id} is given up" in caplog.text
    assert NEW not in caplog.text


def test_two_phones_do_not_stay_in_the_clerks_session_after_the_visit(hall, owner):
    ask(hall)
    assert NEW_PHONE in hall.client.session
    hall.client.post(reverse("window:end"))
    assert NEW_PHONE not in hall.client.session


def test_two_phones_do_not_stay_in_the_clerks_session_at_another_visit(hall, owner):
    ask(hall)
    session = hall.client.session
    session[NEW_PHONE] = session[NEW_PHONE] | {"visit": str(new_id())}
    session.save()
    assert NEW not in hall.client.get(PROOF).content.decode()
    assert NEW_PHONE not in hall.client.session


def test_a_window_sends_its_code_although_strangers_have_used_up_the_citys(hall, owner, settings):
    settings.CODES_OF_CITY = 1
    send_code("13800000001", purpose=CodeUse.SIGN_IN, address="203.0.113.1")
    with pytest.raises(TooManyCodes, match="登录过的设备"):
        send_code("13800000002", purpose=CodeUse.SIGN_IN, address="203.0.113.2")
    assert ask(hall)["Location"] == PROOF
    assert code_sent_to(NEW)


def test_a_phone_that_has_had_its_codes_is_named_at_its_own_field(hall, owner):
    ask(hall)
    again = ask(hall).content.decode()
    assert "刚刚发过验证码" in again
    assert 'id="id_new_phone"' in again
    assert re.search(r'id="id_new_phone"[^>]*aria-invalid="true"', again)


def test_a_check_that_is_never_completed_forgets_the_new_phone(hall, owner, later):
    ask(hall)
    hall.client.post(PROOF, {"code": code_sent_to(NEW)})
    assert WindowCheck.objects.filter(new_phone__isnull=False).count() == 1
    later(days=2)
    services.register_new_phones()
    services.forget_old()
    assert not WindowCheck.objects.filter(new_phone__isnull=False).exists()
    assert account().phone == PHONE
    assert queries.level_of(account()) == 3
