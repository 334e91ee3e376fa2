"""Another system applies for a person: draft, answers, upload, submission, progress, result, verification."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import ITEM, ApiClient, an_item, token_for
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases import services
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import services as catalog
from tongban.people.identity import services as identity
from tongban.trust.ledger import queries as ledger

pytestmark = pytest.mark.django_db


def paper():
    return SimpleUploadedFile("说明.pdf", factories.PDF, "application/pdf")


def start(client):
    answer = client.post("/applications", {"kind": "item", "service": ITEM})
    assert answer.status_code == 201, answer.content.decode()
    return answer.json()


def ready(client):
    """Return a draft that can be submitted."""
    draft = start(client)
    client.send("PATCH", f"/applications/{draft['id']}/answers", {"answers": {"purpose": "入学"}})
    client.upload(f"/applications/{draft['id']}/materials/paper", paper())
    return client.get(f"/applications/{draft['id']}").json()


def submitted(client):
    draft = ready(client)
    answer = client.post(f"/applications/{draft['id']}/submission", {"checked": draft["stamp"]})
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def problem_of(answer, status):
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()


@pytest.mark.req("C14", "G5")
def test_an_application_goes_from_draft_to_result(mother, item, city):
    draft = start(mother)
    assert [(p["page"], p["field"]) for p in draft["problems"]] == [("form", "purpose"), ("materials", "paper")]
    assert {m["key"]: m["met"] for m in draft["materials"]} == {"id": True, "paper": False}
    application = submitted(mother)
    (case,) = application["cases"]
    assert (application["state"], case["state"], case["label"]) == ("submitted", "submitted", "已收件")
    row = Case.objects.get(number=case["number"])
    assert row.application.channel == "api"
    for kind, service in (("window", services.accept), ("handler", services.give_opinion), ("head", services.decide)):
        step = row.steps.get(state="open")
        more = {} if kind == "window" else {"outcome": "agree" if kind == "handler" else "grant"}
        service(step.id, actor=city.officer("市公安局", kind), opinion="符合条件。", **more)
    run_pending_jobs()
    case = mother.get(f"/cases/{case['number']}").json()
    assert case["state"] == "closed"
    result = mother.get(f"/results/{case['results'][0]}").json()
    checked = ApiClient().post("/verification", {"code": result["verify_code"]}).json()
    assert (checked["genuine"], checked["in_force"], checked["holder_name"]) == (True, True, "李*敏")
    document = mother.get(f"/results/{result['id']}/document")
    assert document["Content-Type"] == "application/pdf"
    assert document.content.startswith(b"%PDF")


@pytest.mark.req("H4")
def test_every_event_says_who_acted(mother, item, parents):
    application = submitted(mother)
    for entry in ledger.entries_of(Application.objects.get(number=application["number"]).id):
        assert (entry.actor, entry.principal) == (str(parents.mother.subject_id), parents.mother.subject_id)


def test_each_gap_is_named_with_its_place(mother, item):
    draft = start(mother)
    answer = mother.post(f"/applications/{draft['id']}/submission", {"checked": draft["stamp"]})
    problem = problem_of(answer, 422)
    assert [e["pointer"] for e in problem["errors"]] == ["/answers/purpose", "/materials/paper"]
    assert problem["errors"][0]["detail"] == "请填写“用途”"


def test_a_wrong_answer_is_kept_and_reported(mother, item):
    draft = start(mother)
    body = {"answers": {"purpose": "长" * 150}}
    answer = mother.send("PATCH", f"/applications/{draft['id']}/answers", body).json()
    assert answer["answers"]["purpose"] == "长" * 150
    assert "最多 100 个字" in answer["problems"][0]["sentence"]


def test_an_unknown_field_is_refused_with_its_place_and_nothing_is_saved(mother, item):
    draft = start(mother)
    body = {"answers": {"purpose": "入学", "colour": "blue"}}
    problem = problem_of(mother.send("PATCH", f"/applications/{draft['id']}/answers", body), 422)
    assert problem["errors"][0]["pointer"] == "/colour"
    assert "purpose" not in mother.get(f"/applications/{draft['id']}").json()["answers"]


def test_a_version_published_during_a_draft_is_reported_before_submission(mother, item):
    draft = ready(mother)
    catalog.publish_item(an_item(version=2), actor=factories.CITY)
    problem = problem_of(mother.post(f"/applications/{draft['id']}/submission", {"checked": draft["stamp"]}), 409)
    assert problem["type"] == "urn:tongban:problem:service-changed"
    again = mother.get(f"/applications/{draft['id']}").json()
    assert again["version"] == 2
    answer = mother.post(f"/applications/{draft['id']}/submission", {"checked": again["stamp"]})
    assert answer.status_code == 200


@pytest.mark.req("B3")
def test_a_system_cannot_submit_an_item_that_needs_a_second_factor(mother, item, parents):
    """Its token proves that the person allowed it once, not that they are present now."""
    catalog.publish_item(an_item(version=2, auth_level=3, themes=("医疗卫生",)), actor=factories.CITY)
    draft = ready(mother)
    account = identity.open_account(
        "mother", password="a long one 1", subject_id=parents.mother.subject_id, actor=factories.CITY
    )
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={})
    submission = {"checked": draft["stamp"]}
    problem = problem_of(mother.post(f"/applications/{draft['id']}/submission", submission), 403)
    assert problem["type"] == "urn:tongban:problem:second-factor-needed"
    assert mother.get(f"/applications/{draft['id']}").json()["state"] == "draft"
    Authenticator.objects.all().delete()
    assert mother.post(f"/applications/{draft['id']}/submission", submission).status_code == 200


def test_an_item_withdrawn_during_a_draft_is_refused(mother, item):
    draft = ready(mother)
    catalog.withdraw_item(ITEM, reason="停办", actor=factories.CITY)
    problem = problem_of(mother.post(f"/applications/{draft['id']}/submission", {"checked": draft["stamp"]}), 409)
    assert "停止办理" in problem["detail"]
    assert problem_of(mother.get(f"/items/{ITEM}"), 404)["detail"].startswith("“开具户籍类证明”已经停止办理")


def test_a_correction_is_answered(mother, item, city):
    application = submitted(mother)
    number = application["cases"][0]["number"]
    step = Case.objects.get(number=number).steps.get(state="open")
    wanted = [{"material": "paper", "sentence": "请重新拍清楚"}]
    services.request_correction(step.id, wanted=wanted, actor=city.officer("市公安局", "window"))
    case = mother.get(f"/cases/{number}").json()
    assert case["correction"] == [{"key": "paper", "name": "情况说明", "sentence": "请重新拍清楚"}]
    problem_of(mother.post(f"/cases/{number}/resubmission"), 422)
    mother.upload(f"/applications/{application['id']}/materials/paper", paper())
    assert mother.post(f"/cases/{number}/resubmission").json()["state"] == "submitted"


def test_a_draft_can_be_discarded_and_an_application_withdrawn(mother, item):
    application = submitted(mother)
    answer = mother.post(f"/applications/{application['id']}/withdrawal", {"reason": "不办了"})
    assert answer.json()["cases"][0]["state"] == "withdrawn"
    problem_of(mother.post(f"/applications/{application['id']}/withdrawal", {}), 409)
    draft = start(mother)
    assert mother.send("DELETE", f"/applications/{draft['id']}").json() == {"done": True}
    problem_of(mother.get(f"/applications/{draft['id']}"), 404)


def test_a_material_can_be_removed_from_a_draft(mother, item):
    draft = ready(mother)
    answer = mother.send("DELETE", f"/applications/{draft['id']}/materials/paper").json()
    assert {m["key"]: m["met"] for m in answer["materials"]} == {"id": True, "paper": False}


def test_an_invalid_file_is_refused(mother, item):
    draft = start(mother)
    answer = mother.upload(f"/applications/{draft['id']}/materials/paper", SimpleUploadedFile("x.pdf", b"not a pdf"))
    problem_of(answer, 422)
    problem_of(mother.upload(f"/applications/{draft['id']}/materials/other", paper()), 422)


@pytest.mark.req("B1")
def test_a_firms_token_applies_for_the_firm(parents, item, city):
    from tongban.handling.cases.tests.test_identities import make_firm

    firm = make_firm(parents, "云帆软件", "1")
    catalog.publish_item(an_item(version=2, serves=("organisation",), materials=()), actor=factories.CITY)
    client = ApiClient(token_for(parents.father.subject_id, principal_id=firm.id))
    draft = start(client)
    assert Application.objects.get(id=draft["id"]).applicant_id == firm.id
    father = parents.father.subject_id
    identity.end_representation(firm.id, person_id=father, reason="变更", actor=factories.CITY)
    problem_of(client.get(f"/applications/{draft['id']}"), 401)
    run_pending_jobs()
    identity.entitle_representative(firm.id, person_id=father, actor=factories.CITY)
    problem_of(client.get(f"/applications/{draft['id']}"), 401)
    assert ApiClient(token_for(father, principal_id=firm.id)).get(f"/applications/{draft['id']}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_list(mother, item, django_assert_max_num_queries):
    for _ in range(3):
        submitted(mother)
    with django_assert_max_num_queries(14):
        assert len(mother.get("/applications").json()["applications"]) == 3


@pytest.mark.req("B1")
def test_a_missing_level_is_named(mother, item, parents):
    from tongban.people.signin.models import Proof

    Proof.objects.filter(subject_id=parents.mother.subject_id).delete()
    problem = problem_of(mother.post("/applications", {"kind": "item", "service": ITEM}), 403)
    assert problem["type"] == "urn:tongban:problem:level-needed"
    assert "需要实名等级 L" in problem["detail"]


def at_once(client, stamp, **answers):
    body = {"kind": "item", "service": ITEM, "answers": answers, "checked": stamp}
    return client.post("/applications", body)


def test_one_request_can_apply_for_everything(mother, plain_item, parents):
    draft = start(mother)
    problem = problem_of(at_once(mother, draft["stamp"], purpose="入学"), 409)
    assert "草稿" in problem["detail"], "what somebody wrote is not submitted unseen"
    assert mother.send("DELETE", f"/applications/{draft['id']}").status_code == 200
    answer = at_once(mother, draft["stamp"], purpose="入学")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["state"], len(made["cases"])) == ("submitted", 1)
    types = [entry.type for entry in ledger.entries_of(Application.objects.get(number=made["number"]).id)]
    assert {"cases.ApplicationStarted", "cases.ApplicationSubmitted"} <= set(types)
    assert Application.objects.get(number=made["number"]).answers["purpose"] == "入学"


def test_a_failed_application_in_one_request_leaves_nothing_behind(mother, item):
    draft = start(mother)
    mother.send("DELETE", f"/applications/{draft['id']}")
    before = Application.objects.count()
    problem = problem_of(at_once(mother, draft["stamp"], purpose="入学"), 422)
    assert any("paper" in place["pointer"] for place in problem["errors"])
    problem_of(at_once(mother, draft["stamp"], nonsense="x"), 422)
    problem_of(at_once(mother, "0" * 16, purpose="入学"), 409)
    assert Application.objects.count() == before


def test_a_repeated_request_creates_one_application(mother, plain_item):
    draft = start(mother)
    mother.send("DELETE", f"/applications/{draft['id']}")
    body = {"kind": "item", "service": ITEM, "answers": {"purpose": "入学"}, "checked": draft["stamp"]}
    first, again = (mother.send("POST", "/applications", body, Idempotency_Key="same") for _ in range(2))
    assert first.json() == again.json()
    assert Application.objects.filter(state="submitted").count() == 1


def test_a_draft_may_be_started_with_its_answers(mother, item):
    draft = mother.post("/applications", {"kind": "item", "service": ITEM, "answers": {"purpose": "入学"}}).json()
    assert (draft["state"], draft["answers"]["purpose"]) == ("draft", "入学")
