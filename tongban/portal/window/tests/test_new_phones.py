"""Whoever forgot the password and has another phone goes to a window: the new phone is registered a day later."""

import pytest
from django.test import Client

from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.signin import queries, services
from tongban.people.signin.models import LostPhone, Message, WindowCheck
from tongban.people.signin.testing import code_sent_to, enter_by_code, prove_again
from tongban.portal.window.tests.hall import PHONE, PROOF, account, code_in, hand_in, read, receipt, texts_to
from tongban.portal.window.tests.test_window import begin
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


def change(hall, phone=PHONE, new=NEW):
    """Do all that is done at the window; return the check."""
    asked = ask(hall, phone, new)
    assert asked["Location"] == PROOF, asked.content.decode()
    done = hall.client.post(PROOF, {"code": code_sent_to(new)})
    assert done.status_code == 302, done.content.decode()
    check = WindowCheck.objects.get(id=done["Location"].split("/")[-2])
    assert hand_in(hall, check, receipt(hall, check)).status_code == 302
    check.refresh_from_db()
    assert check.proof is not None
    return check


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
    other = identities.register_person(name="钱多多", division_code="990102", actor=factories.CITY)
    former = identities.open_account("u777", password=PASSWORD, subject_id=other.id, actor=factories.CITY)
    identities.verify_phone(former.id, phone=NEW, actor=factories.CITY)
    change(hall)
    later(hours=25)
    services.register_new_phones()
    assert account().phone == NEW
    assert Account.objects.get(id=former.id).phone is None
    assert LostPhone.objects.get().account_id == former.id


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
