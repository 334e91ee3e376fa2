"""What was typed in one name is not done in another, whichever tab switched in between, and nothing is lost."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.codes import credit_code_check
from tongban.people.identity import services as identity
from tongban.people.identity.capacity import FIELD
from tongban.people.identity.models import Appointment, Mandate
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin.testing import code_sent_to
from tongban.people.signin.tests.conftest import NUMBER, PHONE

pytestmark = [pytest.mark.django_db, pytest.mark.req("B5")]
GIVE, KEPT = "/mandates/new/", "/confirm/kept/"
HELPER = "990102199208050014"


@pytest.fixture
def firm(account):
    body = "91990100MA0Y00021"
    made = identity.register_organisation(
        name="云州云帆软件有限公司", number=body + credit_code_check(body), division_code="990104", actor=BY
    )
    identity.entitle_representative(made.id, person_id=account.subject_id, actor=BY)
    return made


@pytest.fixture
def helper(register):
    subject = register(name="张磊", number=HELPER)
    identity.open_account("zhanglei", password=PASSWORD, subject_id=subject.id, actor=BY)
    return subject


class Tab:
    """A browser with real CSRF checks. Its tabs share the cookies; each has its own page."""

    def __init__(self, name="liwenmin"):
        self.client = Client(enforce_csrf_checks=True)
        self.post("/sign-in/", login_name=name, password=PASSWORD)

    def fields(self, page, path=""):
        """Return the hidden fields of the form that posts to `path`, or to the page's own address."""
        for form in re.findall(r"<form.*?</form>", page.content.decode(), re.S):
            if 'method="post"' in form and (f'action="{path}"' in form or "action=" not in form):
                found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
                return {name: unescape(value) for name, value in found}
        raise AssertionError("no form to post")

    def open(self, path):
        return self.fields(self.client.get(path), path)

    def post(self, path, hidden=None, **typed):
        return self.client.post(path, (hidden or self.open(path)) | typed)

    def switch(self, key):
        answer = self.post("/acting-for/", principal=key)
        assert answer.status_code == 302, answer.content.decode()
        return answer

    def prove_slowly(self):
        """Make the sign-in hours old."""
        session = self.client.session
        session["account_authentication_methods"] = []
        session.save()

    def confirm(self, asked):
        """Give password and code on the page of proof; return where it leads."""
        path = asked["Location"]
        self.post(path, password=PASSWORD)
        self.post(path, send="1")
        hidden = self.open(path)
        hidden.pop("send")
        return self.client.post(path, hidden | {"code": code_sent_to(PHONE)})


def mandate():
    until = clock.legal_day(clock.now()) + timedelta(days=30)
    return {
        "name": "张磊", "number": HELPER, "kind": "family", "relation": "朋友", "reach": "all",
        "until": until.isoformat(), "until_0": str(until.year), "until_1": str(until.month), "until_2": str(until.day),
    }  # fmt: skip


def given_in_whose_name():
    return set(Mandate.objects.values_list("principal_id", flat=True))


def test_every_posted_form_carries_the_identity_it_was_made_for():
    """By source: a form without `csrf_input` would be refused in production, and found only there."""
    for template in Path("tongban").glob("**/jinja2/**/*.html"):
        text = template.read_text()
        for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.S):
            assert "csrf" in form, template


def test_every_page_links_to_a_waiting_act_until_it_is_decided(account, firm):
    tab, link = Tab(), f'href="{KEPT}"'
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    assert link not in tab.client.get("/my/").content.decode()
    tab.post("/my/work-orders/new/", opened, text="窗口的人态度不好，等了两个小时。")
    for address in ("/my/", "/my/work-orders/new/", "/account/"):
        assert link in tab.client.get(address).content.decode(), address
    tab.post(KEPT, decision="discard")
    assert link not in tab.client.get("/my/").content.decode()


def test_a_page_opened_as_oneself_cannot_act_for_the_firm(account, firm):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    refused = tab.post("/my/work-orders/new/", opened, text="窗口的人态度不好，等了两个小时。")
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "您本人" in page
    assert "云州云帆软件有限公司" in page
    assert "没有提交" in page


def test_account_pages_check_the_identity_but_switching_and_signing_out_do_not(account, firm):
    tab = Tab()
    opened, switching = tab.open("/account/level/"), tab.open("/acting-for/")
    tab.switch(str(firm.id))
    typed = {"name": "李文敏", "number": NUMBER}
    assert tab.post("/account/level/", opened, **typed).status_code == 409
    assert tab.post("/acting-for/", switching, principal=str(firm.id)).status_code == 302
    assert tab.post("/sign-out/", switching).status_code == 302
    assert "_auth_user_id" not in tab.client.session


def test_input_for_another_identity_waits_until_switching_back(account, firm):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    refused = tab.post("/my/work-orders/new/", opened, text="窗口没有人。")
    assert refused.status_code == 409
    elsewhere = tab.client.get(KEPT)
    assert "换回“您本人”" in elsewhere.content.decode()
    done = tab.client.post(KEPT, tab.fields(refused, KEPT) | {"decision": "go"})
    assert done["Location"] == "/my/work-orders/new/"
    answer = tab.client.get(done["Location"])
    assert answer.status_code == 422
    assert "principal" not in tab.client.session
    assert "没有因为换了办事身份而留下的内容" in tab.client.get(KEPT).content.decode()


def test_switching_back_manually_leads_to_the_waiting_act(account, firm):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    tab.post("/my/work-orders/new/", opened, text="窗口没有人。")
    assert tab.switch("self")["Location"] == KEPT
    assert "继续提交" in tab.client.get(KEPT).content.decode()


def test_a_waiting_act_is_not_submitted_until_a_button_is_pressed(account, firm):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    refused = tab.post("/my/work-orders/new/", opened, text="窗口没有人。")
    for pressed in ({}, {"decision": "perhaps"}):
        page = tab.client.post(KEPT, tab.fields(refused, KEPT) | pressed)
        assert "换回“您本人”" in page.content.decode()
    assert "signin.parked" in tab.client.session
    assert tab.client.session["principal"] == str(firm.id)


def test_a_waiting_act_can_be_discarded(account, firm):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    refused = tab.post("/my/work-orders/new/", opened, text="窗口没有人。")
    assert tab.client.post(KEPT, tab.fields(refused, KEPT) | {"decision": "discard"}).status_code == 302
    assert "signin.parked" not in tab.client.session
    assert tab.client.session["principal"] == str(firm.id)


def test_a_form_with_a_missing_or_foreign_identity_field_is_refused(account, firm, helper):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    foreign = Tab("zhanglei").open("/my/work-orders/new/")[FIELD]
    bare = {name: value for name, value in opened.items() if name != FIELD}
    for spoilt in ({}, {FIELD: ""}, {FIELD: foreign}, {FIELD: opened[FIELD][:-1] + "x"}, {FIELD: "self"}):
        assert tab.post("/my/work-orders/new/", bare | spoilt, text="窗口没有人。").status_code == 409, spoilt


def test_an_act_waiting_for_a_proof_is_not_executed_in_the_firms_name(account, firm, helper):
    """The attack: typed as oneself, proof asked for, switched in another tab, proof given."""
    tab = Tab()
    tab.prove_slowly()
    asked = tab.post(GIVE, **mandate())
    assert asked["Location"].startswith("/confirm/"), asked.content.decode()
    tab.switch(str(firm.id))
    proved = tab.confirm(asked)
    assert proved["Location"] == GIVE
    refused = tab.client.get(GIVE)
    assert refused.status_code == 409
    assert given_in_whose_name() == set()
    back = tab.client.post(KEPT, tab.fields(refused, KEPT) | {"decision": "go"})
    assert tab.client.get(back["Location"]).status_code == 302
    assert given_in_whose_name() == {account.subject_id}


def test_an_act_waiting_for_a_proof_is_executed_if_nobody_switched(account, firm, helper):
    tab = Tab()
    tab.prove_slowly()
    proved = tab.confirm(tab.post(GIVE, **mandate()))
    assert tab.client.get(proved["Location"]).status_code == 302
    assert given_in_whose_name() == {account.subject_id}


def test_input_for_the_firm_is_not_submitted_after_the_right_has_ended(account, firm, helper):
    tab = Tab()
    tab.switch(str(firm.id))
    opened = tab.open("/my/work-orders/new/")
    identity.end_representation(firm.id, person_id=account.subject_id, reason="换人", actor=BY)
    refused = tab.post("/my/work-orders/new/", opened, text="公司的事")
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "已经不能用了" in page
    assert 'value="go"' not in page
    assert tab.client.post(KEPT, tab.fields(refused, KEPT) | {"decision": "go"})["Location"] == KEPT
    assert "signin.parked" in tab.client.session


def test_an_officer_who_lost_the_post_meanwhile_cannot_resume(office, register):
    """A pending act of an officer records the posts: a new post does not matter, a lost one does."""
    subject = register(name="韩雪", number=NUMBER, phone=PHONE)
    made = identity.open_account("hanxue", password=PASSWORD, subject_id=subject.id, actor=BY)
    identity.verify_phone(made.id, phone=PHONE, actor=BY)
    for post in ("window", "handler"):
        identity.appoint(subject.id, post_id=office[post].id, actor=BY)
    tab = Tab("hanxue")
    tab.prove_slowly()
    typed = {"password": "Another-1234", "again": "Another-1234"}
    asked = tab.client.post("/account/password/", tab.open("/account/level/") | typed)
    assert asked["Location"].startswith("/confirm/")
    Appointment.objects.filter(post=office["handler"]).delete()
    proved = tab.confirm(asked)
    refused = tab.client.get(proved["Location"])
    assert refused.status_code == 409
    assert "岗位有了变动" in refused.content.decode()
    made.refresh_from_db()
    assert made.check_password(PASSWORD)
    assert "signin.parked" in tab.client.session


def test_a_program_gets_the_conflict_in_its_own_format(account, firm):
    tab = Tab()
    opened = tab.open("/my/work-orders/new/")
    tab.switch(str(firm.id))
    answer = tab.client.post(
        "/my/work-orders/new/", opened | {"text": "窗口没有人。"}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "other-name")
