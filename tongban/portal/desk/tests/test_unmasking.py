"""Unmasking a case at the desk (查看完整信息)."""

import pytest

from tongban.handling.cases.tests import factories
from tongban.people.datauses.models import DataUse
from tongban.people.identity.testing import with_phone
from tongban.people.signin.testing import confirm, prove_again
from tongban.trust.ledger.models import Entry

pytestmark = pytest.mark.req("D6")
INSURANCE = "市医疗保障局"
REASON = "核对收款账户与户名"


def path(office):
    return f"/desk/cases/{office.case('maternity').number}/whole/"


def test_masked_data_of_a_case_is_shown_unmasked_once_with_a_watermark(office):
    window = prove_again(office.officer(INSURANCE, "window"))
    masked = window.get(f"/desk/cases/{office.case('maternity').number}/").content.decode()
    personal = ("李文敏", factories.ANSWERS["bank_account"], factories.ANSWERS["contact_phone"])
    assert not any(value in masked for value in personal)
    assert "查看完整信息" in masked
    response = window.post(path(office), {"reason": REASON})
    page = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "李文敏" in page
    assert factories.ANSWERS["bank_account"] in page
    assert 'class="dk-watermark" aria-hidden="true"' in page
    assert "王*核 医保局" in page
    entry = Entry.objects.get(type="identity.Unmasked")
    assert entry.reason == REASON
    assert not any(value in str(entry.payload) for value in personal)
    assert DataUse.objects.filter(kind="unmasked", entry_id=entry.id).count() == 3, "the parents and the child"


def test_without_a_reason_nothing_is_shown(office):
    window = prove_again(office.officer(INSURANCE, "window"))
    response = window.post(path(office), {"reason": "看看"})
    assert response.status_code == 422
    assert "看看</textarea>" in response.content.decode()
    assert "李文敏" not in response.content.decode()
    assert not Entry.objects.filter(type="identity.Unmasked").exists()


def test_unmasking_asks_for_a_proof_and_then_shows_the_requested_data(office):
    window = with_phone(office.city.officer(INSURANCE, "window").subject_id)
    asked = window.post(path(office), {"reason": REASON})
    assert asked["Location"].startswith("/confirm/?next=%2Fdesk%2Fcases%2F")
    assert not Entry.objects.filter(type__in=["identity.Unmasked", "identity.AuthorisationRefused"]).exists()
    page = confirm(window, asked).content.decode()
    assert "李文敏" in page
    assert Entry.objects.get(type="identity.Unmasked").reason == REASON


def test_a_session_that_has_moved_to_another_browser_shows_nothing(office):
    window = prove_again(office.officer(INSURANCE, "window"))
    moved = window.post(path(office), {"reason": REASON}, headers={"user-agent": "another"})
    assert moved.status_code == 403
    assert "另一台设备" in moved.content.decode()


def test_an_officer_who_is_not_handling_the_case_cannot_unmask_it(office):
    stranger = office.officer("市民政局", "window")
    assert stranger.get(path(office)).status_code == 403
    assert stranger.post(path(office), {"reason": REASON}).status_code == 403
    assert not DataUse.objects.filter(kind="unmasked").exists()


def test_a_finished_case_cannot_be_unmasked(office):
    office.case("maternity").steps.filter(state="open").update(state="cancelled")
    window = office.officer(INSURANCE, "window")
    page = window.get(f"/desk/cases/{office.case('maternity').number}/").content.decode()
    assert "查看完整信息" not in page
    assert window.post(path(office), {"reason": REASON}).status_code == 403
    assert Entry.objects.get(type="identity.AuthorisationRefused").payload["action"] == "cases.unmask"


def test_opening_a_case_is_recorded_once_a_day_for_each_officer(office):
    window, head = office.officer(INSURANCE, "window"), office.officer(INSURANCE, "head")
    for client in (window, window):
        client.get(f"/desk/cases/{office.case('maternity').number}/")
    for _ in range(2):
        head.post(f"/desk/cases/{office.case('maternity').number}/", {"reason": "抽查本科室的办件质量"})
    opened = Entry.objects.filter(type="cases.CaseFileOpened")
    assert opened.count() == 2
    uses = DataUse.objects.filter(kind="case-opened", entry_id=opened.first().id)
    assert {use.subject_id for use in uses} >= {office.case("maternity").application.applicant_id}
    assert {"申请人", "银行卡号"} <= set(uses[0].fields), uses[0].fields
