"""The case page: who may open it, what it shows, what each button does."""

from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.errors import NotAllowed
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.testing import officer_for
from tongban.handling.cases.tests import factories
from tongban.people.datauses.models import DataUse
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
    client = office.officer(INSURANCE, "head")
    head = client.post(path(office), {"reason": "了解本部门的办理进度"}, follow=True).content.decode()
    assert "办理步骤" in head
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
    assert office.post(head, "maternity", "decision", decide, outcome="grant", confirmed="yes").status_code == 302
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
        ("decide", "decision", "head", {"outcome": "grant", "confirmed": "yes"}),
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
    head = office.officer(INSURANCE, "head")
    assert office.post(head, "maternity", "decision", step, outcome="grant", confirmed="yes").status_code == 302
    assert Entry.objects.filter(type="identity.Authorised", subject=step.case_id).exists()


@pytest.mark.req("B5")
def test_nobody_handles_their_own_case(office):
    step = _to_decision(office)
    head = office.city.officer(INSURANCE, "head")
    Application.objects.filter(id=step.case.application_id).update(applicant_id=head.subject_id)
    with pytest.raises(NotAllowed, match="本人的事"):
        services.decide(step.id, outcome="grant", opinion="", actor=head)


@pytest.mark.req("C1")
def test_a_grant_shows_what_it_issues_to_whom_and_waits_for_a_second_look(office):
    """准予 was one click."""
    step, head = _to_decision(office), office.officer(INSURANCE, "head")
    shown = office.post(head, "maternity", "decision", step, outcome="grant", opinion="经审查，准予。")
    page = shown.content.decode()
    assert shown.status_code == 200
    assert "核对后准予" in page
    assert "将签发" in page
    assert "生育医疗费" in page
    assert page.count("同意，一致") == 2, "both opinions"
    assert "您给出的" not in page
    assert "申请内容" in page, "what the applicant typed"
    assert "云州银行清河支行" in page
    assert "日前，法定" in page
    assert "经审查，准予。</textarea>" in page
    assert office.case("maternity").decision == ""
    back = office.post(head, "maternity", "decision", step, outcome="grant", opinion="经审查，准予。", confirmed="no")
    assert "经审查，准予。</textarea>" in back.content.decode(), "what was typed is kept"
    without = office.post(head, "maternity", "decision", step, outcome="grant").content.decode()
    assert "没有写" in without, "an opinion is not required to grant"
    done = office.post(head, "maternity", "decision", step, outcome="grant", confirmed="yes")
    assert done.status_code == 302
    assert office.case("maternity").decision == "granted"


def test_field_case_the_second_look_shows_what_was_written_before_and_by_whom(office):
    """Field case: a department's only officer reviews and decides (ADR 0018); the page says whose the opinions are."""
    alone = factories.make_officer(office.city, INSURANCE, "window", "handler", "head")
    services.accept(office.step("maternity", "accept").id, actor=alone, opinion="材料齐全，原件已核对。")
    first, second = office.case("maternity").steps.filter(kind="opinion").order_by("key")
    services.give_opinion(first.id, outcome="agree", opinion="一致", actor=alone)
    services.give_opinion(
        second.id, outcome="agree", opinion="票据属实", actor=office.city.officer(INSURANCE, "handler")
    )
    step = office.step("maternity", "decide")
    page = office.post(signed_in(alone.subject_id), "maternity", "decision", step, outcome="grant").content.decode()
    assert "受理，材料齐全，原件已核对。（您给出的）" in page
    assert "同意，一致（您给出的）" in page
    assert "同意，票据属实</p>" in page


def test_after_a_correction_the_page_shows_the_present_round_and_folds_the_cancelled_steps(office):
    window = office.officer(INSURANCE, "window")
    office.post(window, "maternity", "correction", office.step("maternity", "accept"), **{
        "wanted": ["medical-bills"], "sentence-medical-bills": "请补第二张票据",
    })  # fmt: skip
    waiting = window.get(path(office)).content.decode()
    assert "等申请人补正" in waiting
    steps = waiting[waiting.index('id="steps"') :]
    current, folded = steps[: steps.index("以前的步骤（")], steps[steps.index("以前的步骤（") :]
    assert "已取消" not in current
    assert folded.count("已取消") == 3
    case = office.case("maternity")
    mother = office.parents.mother
    services.attach(case.application_id, "medical-bills", content=factories.PDF, name="a.pdf", actor=mother)
    services.resubmit(case.id, actor=mother)
    again = window.get(path(office)).content.decode()
    steps = again[again.index('id="steps"') :]
    assert "第 2 轮" in steps[: steps.index("以前的步骤（4）")]


def test_opening_a_case_without_a_task_in_it_asks_for_the_purpose(office):
    """A case of one's own department asked no purpose."""
    window, handler = office.officer(INSURANCE, "window"), office.officer(INSURANCE, "handler")
    assert "材料与表单" in window.get(path(office)).content.decode(), "the task itself is the purpose"
    asked = handler.get(path(office))
    page = asked.content.decode()
    assert asked.status_code == 200
    assert "为什么要打开这个办件" in page
    assert "医疗收费票据" not in page
    short = handler.post(path(office), {"reason": "看看"})
    assert short.status_code == 422
    assert "看看</textarea>" in short.content.decode()
    opened = handler.post(path(office), {"reason": "答复本人来电询问进度"})
    assert opened["Location"] == path(office)
    assert "材料与表单" in handler.get(path(office)).content.decode(), "once a day is enough"
    own, stated = Entry.objects.filter(type="cases.CaseFileOpened").order_by("id")
    assert (own.reason, stated.reason) == ("", "答复本人来电询问进度")
    uses = DataUse.objects.filter(kind="case-opened", subject_id=office.parents.mother.subject_id).order_by("at")
    purposes = list(uses.values_list("purpose", flat=True))
    assert [words.partition("：")[0] for words in purposes] == ["办理本人待办", "查阅办件"]


def test_an_upload_of_a_case_without_a_task_needs_the_purpose_first(office):
    parents = factories.make_parents(office.city)
    application = factories.submitted_newborn(parents.mother, uploads=("father-acknowledgement",), married="no")
    case = factories.case_of(application, "birth-certificate")
    place = f"/desk/cases/{case.number}/files/{application.attachments.get().file_id}/"
    head = office.officer(HEALTH, "head")
    assert head.get(place).status_code == 422
    head.post(f"/desk/cases/{case.number}/", {"reason": "抽查本科室的办件质量"})
    assert head.get(place).status_code == 200


def test_whoever_worked_on_a_case_needs_no_purpose_while_it_runs(office):
    window = office.officer(INSURANCE, "window")
    office.post(window, "maternity", "acceptance", office.step("maternity", "accept"), outcome="accept")
    with clock.at_moment(clock.now() + timedelta(days=3)):
        later = office.officer(INSURANCE, "window")
        assert "材料与表单" in later.get(path(office)).content.decode()
    colleague = factories.make_officer(office.city, INSURANCE, "window")
    with clock.at_moment(clock.now() + timedelta(days=3)):
        assert "为什么要打开这个办件" in signed_in(colleague.subject_id).get(path(office)).content.decode()
