"""The case page: who may open it, what it shows, what each button does."""

import pytest

from tongban.foundation.errors import NotAllowed
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in, with_phone
from tongban.people.signin.testing import confirm
from tongban.portal.desk.tests.conftest import HEALTH, INSURANCE, POLICE
from tongban.trust.files import services as file_services
from tongban.trust.ledger.models import Entry


def path(office, step_key="maternity"):
    return f"/desk/cases/{office.case(step_key).number}/"


@pytest.mark.req("C1")
def test_the_page_shows_materials_form_facts_steps_and_related_cases(office):
    page = office.officer(INSURANCE, "window").get(path(office)).content.decode()
    assert "生育医疗费" in page
    assert "医疗收费票据" in page
    assert "数据共享" in page
    assert "云州银行清河支行" in page
    assert "6222020200112233445" not in page  # the account is masked
    assert "李文敏" not in page
    assert "联办进度 6/9" in page
    assert "收到办件" not in page  # it waited first
    assert "前置事项已办好，办件自动开始" in page


def test_a_citizen_gets_a_refusal(office):
    assert signed_in(office.parents.mother.subject_id).get(path(office)).status_code == 403
    assert signed_in(office.parents.mother.subject_id).get("/desk/").status_code == 403


def test_a_stranger_is_sent_to_sign_in(office, client):
    response = client.get(path(office))
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_an_officer_of_another_department_gets_a_refusal(office):
    response = office.officer(POLICE, "window").get(path(office))
    assert response.status_code == 403
    assert "其他部门" in response.content.decode()


def test_an_unknown_number_is_not_found(office):
    assert office.officer(INSURANCE, "window").get("/desk/cases/2611249901010010000017/").status_code == 404


def test_only_what_the_officer_may_do_now_is_offered(office):
    assert "/acceptance/" in office.officer(INSURANCE, "window").get(path(office)).content.decode()
    head = office.officer(INSURANCE, "head").get(path(office)).content.decode()
    assert "/acceptance/" not in head
    assert "/decision/" not in head


@pytest.mark.req("C1")
def test_a_case_is_accepted_reviewed_and_granted_through_the_pages(office):
    window, handler, head = (office.officer(INSURANCE, kind) for kind in ("window", "handler", "head"))
    response = office.post(window, "maternity", "acceptance", office.step("maternity", "accept"), outcome="accept")
    assert response.status_code == 302
    assert "已受理" in window.get(response["Location"]).content.decode()
    first, second = office.case("maternity").steps.filter(kind="opinion")
    office.post(handler, "maternity", "opinion", first, outcome="agree", opinion="一致")
    page = handler.get(path(office)).content.decode()
    assert "须由另一位同事给出" in page
    assert f'id="id_opinion-{second.id}"' not in page
    assert office.post(handler, "maternity", "opinion", second, outcome="agree", opinion="一致").status_code == 403
    assert "请同事办" in handler.get("/desk/").content.decode()
    colleague = signed_in(officer_for(second).subject_id)
    office.post(colleague, "maternity", "opinion", second, outcome="agree", opinion="一致")
    decide = office.step("maternity", "decide")
    assert office.post(head, "maternity", "decision", decide, outcome="grant").status_code == 302
    case = office.case("maternity")
    assert (case.state, case.decision) == ("closed", "granted")
    assert "办理结果" in head.get(path(office)).content.decode()


def test_an_opinion_without_text_is_returned_with_a_message_at_the_field(office):
    services.accept(office.step("maternity", "accept").id, actor=office.city.officer(INSURANCE, "window"))
    step = office.case("maternity").steps.filter(kind="opinion").first()
    response = office.post(office.officer(INSURANCE, "handler"), "maternity", "opinion", step, outcome="agree")
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>错误：" in page
    assert f'href="#id_opinion-{step.id}"' in page
    assert page.count("请写下审查意见") == 2  # in the summary and at the field


def _to_decision(office):
    actor = office.city.officer
    services.accept(office.step("maternity", "accept").id, actor=actor(INSURANCE, "window"))
    for step in office.case("maternity").steps.filter(kind="opinion"):
        services.give_opinion(step.id, outcome="agree", opinion="一致", actor=officer_for(step))
    return office.step("maternity", "decide")


def test_a_denial_needs_a_confirmation_and_a_reason(office):
    step, head = _to_decision(office), office.officer(INSURANCE, "head")
    assert office.post(head, "maternity", "decision", step, outcome="deny").status_code == 422
    asked = office.post(head, "maternity", "decision", step, outcome="deny", opinion="费用不在支付范围。")
    assert asked.status_code == 200
    assert "确认不予准许" in asked.content.decode()
    assert office.case("maternity").decision == ""
    back = office.post(
        head, "maternity", "decision", step, outcome="deny", opinion="费用不在支付范围。", confirmed="no"
    )
    assert "费用不在支付范围。</textarea>" in back.content.decode()
    assert office.case("maternity").decision == ""
    done = office.post(
        head, "maternity", "decision", step, outcome="deny", opinion="费用不在支付范围。", confirmed="yes"
    )
    assert done.status_code == 302
    assert office.case("maternity").decision == "denied"
    assert "费用不在支付范围" in head.get(path(office)).content.decode()


@pytest.mark.req("B3")
def test_a_decision_asks_for_an_enabled_second_factor_and_keeps_the_input(office, settings):
    step, words = _to_decision(office), "费用不在支付范围。"
    head = with_phone(office.city.officer(INSURANCE, "head").subject_id)
    stranger = office.officer(HEALTH, "head")
    settings.SECOND_FACTOR_REQUIRED = True
    given = {"outcome": "deny", "opinion": words, "confirmed": "yes"}
    asked = office.post(head, "maternity", "decision", step, **given)
    assert office.case("maternity").decision == ""
    assert office.post(stranger, "maternity", "decision", step, **given).status_code == 403
    assert confirm(head, asked)["Location"] == path(office)
    assert office.case("maternity").decision == "denied"


def test_the_slower_officer_gets_a_message_and_keeps_their_input(office):
    step = _to_decision(office)
    other = factories.make_officer(office.city, INSURANCE, "head")
    services.decide(step.id, outcome="grant", opinion="", actor=other)
    response = office.post(
        office.officer(INSURANCE, "head"), "maternity", "decision", step, outcome="grant", opinion="我也同意，已核对。"
    )
    page = response.content.decode()
    assert response.status_code == 409
    assert "已有人先办了" in page
    assert "我也同意，已核对。" in page
    assert "/decision/" not in page


@pytest.mark.req("C1")
def test_a_correction_request_lists_everything_at_once(office):
    window, step = office.officer(INSURANCE, "window"), office.step("maternity", "accept")
    empty = office.post(window, "maternity", "correction", step)
    assert empty.status_code == 422
    assert "id_wanted-error" in empty.content.decode()
    half = office.post(window, "maternity", "correction", step, **{
        "wanted": ["medical-bills", "bank-account"], "sentence-medical-bills": "请补第二张票据",
    })  # fmt: skip
    assert half.status_code == 422
    assert "请补第二张票据" in half.content.decode()
    assert "id_sentence-bank-account-error" in half.content.decode()
    sent = office.post(window, "maternity", "correction", step, **{
        "wanted": ["medical-bills"], "sentence-medical-bills": "请补第二张票据",
    })  # fmt: skip
    assert sent.status_code == 302
    assert office.case("maternity").state == "correction"
    assert "请补第二张票据" in window.get(path(office)).content.decode()


def test_not_accepting_needs_a_reason_and_a_confirmation(office):
    window, step = office.officer(INSURANCE, "window"), office.step("maternity", "accept")
    assert office.post(window, "maternity", "acceptance", step, outcome="refuse").status_code == 422
    asked = office.post(window, "maternity", "acceptance", step, outcome="refuse", opinion="已直接结算。")
    assert "确认不予受理" in asked.content.decode()
    office.post(window, "maternity", "acceptance", step, outcome="refuse", opinion="已直接结算。", confirmed="yes")
    assert office.case("maternity").state == "not_accepted"


def test_making_and_delivering_the_card_closes_the_case(office):
    department = "市人力资源和社会保障局"
    officers = {kind: office.officer(department, kind) for kind in ("window", "handler", "head")}
    for kind, noun, post, data in (
        ("accept", "acceptance", "window", {"outcome": "accept"}),
        ("opinion", "opinion", "handler", {"outcome": "agree", "opinion": "一致"}),
        ("decide", "decision", "head", {"outcome": "grant"}),
        ("make", "making", "handler", {}),
        ("deliver", "delivery", "window", {"opinion": "已寄出"}),
    ):
        step = office.step("social-card", kind)
        assert office.post(officers[post], "social-card", noun, step, **data).status_code == 302
    assert office.case("social-card").state == "closed"


def test_a_step_of_another_case_is_not_found(office):
    step = office.step("childcare", "accept")
    response = office.post(office.officer(INSURANCE, "window"), "maternity", "acceptance", step, outcome="accept")
    assert response.status_code == 404
    assert office.case("childcare").state == "submitted"


def test_a_step_of_another_post_is_refused(office):
    step = office.step("maternity", "accept")
    response = office.post(office.officer(INSURANCE, "head"), "maternity", "acceptance", step, outcome="accept")
    assert response.status_code == 403


def test_only_the_responsible_officers_can_open_an_upload(office):
    parents = factories.make_parents(office.city)
    application = factories.submitted_newborn(parents.mother, uploads=("father-acknowledgement",), married="no")
    case = factories.case_of(application, "birth-certificate")
    file_id = application.attachments.get().file_id
    place = f"/desk/cases/{case.number}/files/{file_id}/"
    response = office.officer(HEALTH, "window").get(place)
    assert response.getvalue() == file_services.read(file_id) == factories.PDF
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Type"] == "application/pdf"
    assert office.officer("市税务局", "window").get(place).status_code == 403
    assert signed_in(parents.mother.subject_id).get(place).status_code == 403
    elsewhere = f"/desk/cases/{office.case('childcare').number}/files/{file_id}/"
    assert office.officer(HEALTH, "window").get(elsewhere).status_code == 404
    assert (
        "father-acknowledgement.pdf"
        in office.officer(HEALTH, "window").get(f"/desk/cases/{case.number}/").content.decode()
    )


def test_text_from_officers_is_escaped(office):
    services.accept(
        office.step("maternity", "accept").id,
        actor=office.city.officer(INSURANCE, "window"),
        opinion="<script>alert(1)</script>",
    )
    page = office.officer(INSURANCE, "window").get(path(office)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.req("B5")
def test_a_decision_by_the_wrong_post_is_refused_and_recorded(office):
    step = _to_decision(office)
    handler = office.officer(INSURANCE, "handler")
    assert office.post(handler, "maternity", "decision", step, outcome="grant").status_code == 403
    (refused,) = Entry.objects.filter(type="identity.AuthorisationRefused")
    assert refused.payload["action"] == "cases.decide"
    assert (
        office.post(office.officer(INSURANCE, "head"), "maternity", "decision", step, outcome="grant").status_code
        == 302
    )
    assert Entry.objects.filter(type="identity.Authorised", subject=step.case_id).exists()


@pytest.mark.req("B5")
def test_nobody_handles_their_own_case(office):
    step = _to_decision(office)
    head = office.city.officer(INSURANCE, "head")
    Application.objects.filter(id=step.case.application_id).update(applicant_id=head.subject_id)
    with pytest.raises(NotAllowed, match="本人的事"):
        services.decide(step.id, outcome="grant", opinion="", actor=head)
