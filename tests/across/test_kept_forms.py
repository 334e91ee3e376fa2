"""Any form of the house survives the end of a session: of a citizen, of a firm, of an officer; nothing is decided."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.across.test_in_its_own_name import firm  # noqa: F401
from tongban.handling.cases import services as cases
from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identity
from tongban.people.identity.capacity import FIELD
from tongban.people.identity.models import Account
from tongban.people.identity.testing import signed_in
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.signin.kept_forms import KEPT
from tongban.portal.desk.tests.conftest import INSURANCE
from tongban.portal.desk.tests.conftest import office as desk_office  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.req("B5")]
BACK = "您刚才填的内容还没有提交"


def signed(client, address):
    """Return the signed capacity of the page's forms."""
    page = client.get(address)
    assert page.status_code == 200, page
    return unescape(re.search(rf'name="{FIELD}" value="([^"]+)"', page.content.decode())[1])


def lose_session(client):
    client.session.flush()


def again(client, account):
    """Sign the same person in again, in the browser that kept the form."""
    kept = client.session[KEPT]
    client.force_login(account)
    session = client.session
    session[KEPT] = kept
    session.save()


def test_a_page_of_an_application_returns_with_what_was_typed(parents):
    application = factories.start_newborn(parents.mother)
    client = signed_in(parents.mother.subject_id)
    tasks = client.get(f"/applications/draft/{application.id}/").content.decode()
    fixed = {"materials", "check", "discard"}
    names = re.findall(rf'href="/applications/draft/{application.id}/([\w-]+)/"', tasks)
    for address in (f"/applications/draft/{application.id}/{name}/" for name in names if name not in fixed):
        page = client.get(address).content.decode()
        if found := re.search(r'<input class="govuk-input[^>]* name="([\w-]+)"[^>]* type="text"', page):
            break
    else:
        raise AssertionError("no page with a field to type in")
    typed = {FIELD: signed(client, address), found[1]: "填了一半的“内容”"}
    lose_session(client)
    asked = client.post(address, typed, HTTP_REFERER=f"http://testserver{address}")
    assert asked["Location"].startswith(f"/sign-in/?next={address}")
    again(client, Account.objects.get(subject_id=parents.mother.subject_id))
    page = client.get(address).content.decode()
    assert BACK in page
    assert 'value="填了一半的“内容”"' in page
    application.refresh_from_db()
    assert "填了一半" not in str(application.answers), "nothing is sent by itself"


def test_an_officers_opinion_returns_and_nothing_is_decided(desk_office):  # noqa: F811
    cases.accept(desk_office.step("maternity", "accept").id, actor=desk_office.city.officer(INSURANCE, "window"))
    step = desk_office.case("maternity").steps.filter(state="open").first()
    officer = desk_office.officer(INSURANCE, "handler")
    case = f"/desk/cases/{step.case.number}/"
    typed = {FIELD: signed(officer, case), "step": str(step.id), "outcome": "agree", "opinion": "材料齐全，同意。"}
    account_id = officer.session["_auth_user_id"]
    lose_session(officer)
    officer.post(f"{case}opinion/", typed, HTTP_REFERER=f"http://testserver{case}")
    again(officer, Account.objects.get(id=account_id))
    page = officer.get(case).content.decode()
    assert BACK in page
    assert "材料齐全，同意。</textarea>" in page
    step.refresh_from_db()
    assert step.state == "open"


def test_a_form_typed_for_a_firm_returns_in_the_firms_name(account, firm):  # noqa: F811
    client = Client()
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    client.post("/acting-for/", {"principal": str(firm.id)})
    field = signed(client, "/mandates/new/")
    typed = {FIELD: field, "name": "张磊", "number": "990102199208050014", "reach": "all", "until": "2026-12-31"}
    lose_session(client)
    asked = client.post("/mandates/new/", typed, HTTP_REFERER="http://testserver/mandates/new/")
    assert asked["Location"].startswith("/sign-in/?next=/mandates/new/")
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    page = client.get("/mandates/new/").content.decode()
    assert BACK in page
    assert 'value="张磊"' in page
    assert "云州云帆" in page, "the firm's name is taken up again"


def test_a_form_of_a_firm_that_they_no_longer_represent_is_only_shown(account, firm):  # noqa: F811
    client = Client()
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    client.post("/acting-for/", {"principal": str(firm.id)})
    field = signed(client, "/mandates/new/")
    lose_session(client)
    client.post("/mandates/new/", {FIELD: field, "name": "张磊"}, HTTP_REFERER="http://testserver/mandates/new/")
    identity.end_representation(firm.id, person_id=account.subject_id, reason="变更", actor=BY)
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    assert client.get("/mandates/new/")["Location"] == "/confirm/typed/"
    assert "张磊" in client.get("/confirm/typed/").content.decode()


def test_what_was_typed_when_the_right_to_act_ended_is_shown(account, firm):  # noqa: F811
    client = Client()
    client.post("/sign-in/", {"login_name": "liwenmin", "password": PASSWORD})
    client.post("/acting-for/", {"principal": str(firm.id)})
    field = signed(client, "/mandates/new/")
    identity.end_representation(firm.id, person_id=account.subject_id, reason="变更", actor=BY)
    answer = client.post("/mandates/new/", {FIELD: field, "name": "张磊"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "您填写时的身份已经不能用了" in page
    assert "张磊" in page
