"""Field case: parents who left out a part of the newborn bundle, and the guides and refusals that they met."""

import inspect
from importlib import import_module

import pytest

from tongban.exchange.libraries.models import BirthRecord
from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases import services
from tongban.handling.cases.models import Application
from tongban.handling.cases.rights import WrongApplicantKind
from tongban.handling.cases.tests import factories
from tongban.handling.cases.tests.test_identities import make_firm
from tongban.handling.cases.tests.test_once import second_twin
from tongban.people.identity import queries as identity
from tongban.people.identity.testing import signed_in


@pytest.mark.parametrize("who", ["mother", "father"])
def test_field_case_the_guide_of_what_was_left_out_leads_straight_to_its_draft(parents, certified, who):
    """Field case: the guide led to the bundle, that to a refusal, and its link to another refusal."""
    client = signed_in(getattr(parents, who).subject_id)
    guide = client.get("/items/WJ-03/").content.decode()
    assert 'action="/apply/item/WJ-03/"' in guide
    assert client.post("/apply/item/WJ-03/", follow=True).status_code == 200
    assert Application.objects.get(service="WJ-03").kind == "item"
    assert "接着填上次的" in client.get("/items/WJ-03/").content.decode()
    again = client.post("/apply/item/WJ-03/")
    assert again.status_code == 302, "the unfinished draft was not returned"


def test_field_case_the_link_to_what_was_left_out_leads_to_a_page_that_starts_it(parents, certified):
    page = signed_in(parents.mother.subject_id).get("/apply/item/WJ-03/").content.decode()
    assert "现在还不能办理" not in page
    assert "去一件事里一起办" not in page
    assert "开始填写" in page


def test_the_guide_of_an_item_starts_the_bundle_while_a_birth_waits(parents):
    signed_in(parents.mother.subject_id).post("/apply/item/WJ-03/")
    assert Application.objects.get().service == "birth"


def test_with_a_second_twin_the_item_alone_is_still_to_be_had_for_the_first(parents, certified):
    second_twin(parents.birth_id)
    client = signed_in(parents.mother.subject_id)
    client.post("/apply/item/WJ-03/", {"alone": "yes"})
    assert Application.objects.get(state="draft").service == "WJ-03"
    client.post("/apply/item/FL-01/")
    assert Application.objects.filter(state="draft", service="birth").exists()


@pytest.mark.parametrize("who", ["mother", "father"])
def test_what_was_left_out_waits_for_the_first_step_and_says_so(parents, who):
    draft = factories.start_newborn(parents.mother)
    factories.answer(draft, parents.mother, subsidy="no", parenting="no")
    application = services.submit(draft.id, actor=parents.mother)
    page = signed_in(getattr(parents, who).subject_id).post("/apply/item/WJ-03/")
    assert page.status_code == 422
    first = application.cases.get(item_code="WJ-01").name
    assert f"要等孩子的“{first}”办好后才能单独办" in page.content.decode()


def test_field_case_the_guides_of_finished_items_lead_to_the_result(parents, certified):
    """Field case: they offered 开始办理, and the refusal was about the birth certificate."""
    client = signed_in(parents.mother.subject_id)
    finished = certified.cases.filter(closed_at__isnull=False).values_list("item_code", flat=True)
    assert {"WJ-01", "SW-08"} <= set(finished)
    for code in finished:
        page = client.get(f"/items/{code}/").content.decode()
        assert "已办结，看结果" in page, code
        assert 'action="/apply' not in page, code
    assert "已办结，看结果" not in client.get("/items/WJ-03/").content.decode()
    assert "已办结，看结果" not in signed_in(parents.father.subject_id).get("/items/WJ-01/").content.decode()


def test_a_finished_item_is_offered_again_for_another_birth(parents, certified):
    second_twin(parents.birth_id)
    page = signed_in(parents.mother.subject_id).get("/items/WJ-01/").content.decode()
    assert "已办结，看结果" in page
    assert "再办一份" in page


def test_a_denied_item_is_not_called_finished(parents, application):
    run_pending_jobs()
    now, client = clock.now(), signed_in(parents.mother.subject_id)
    closed = application.cases.filter(item_code="YB-11")
    closed.update(state="closed", decision="denied", decided_at=now, closed_at=now)
    page = client.get("/items/YB-11/").content.decode()
    assert "已办结，看结果" not in page
    assert "开始办理" in page


def test_field_case_a_finished_item_is_refused_by_its_own_name_and_without_the_bundle(parents, certified):
    page = signed_in(parents.mother.subject_id).post("/apply/item/JK-01/")
    text = page.content.decode()
    assert page.status_code == 409
    name = certified.cases.get(item_code="JK-01").name
    assert f"“{name}”已经在" in text
    assert "已经办结" in text
    assert "请先撤回" not in text
    assert "去一件事里一起办" not in text


def test_field_case_the_other_parent_is_told_that_the_application_was_made(parents, certified):
    """Field case: once the birth was certified, the father was sent to the hospital."""
    page = signed_in(parents.father.subject_id).post("/apply/bundle/birth/")
    text = page.content.decode()
    assert page.status_code == 409
    assert "已经由李*敏在" in text
    assert certified.number not in text
    assert "没有找到" not in text
    assert 'href="/apply/item/WJ-03/"' in text


def test_a_stranger_still_learns_nothing_of_the_application(parents, certified, city):
    stranger = factories.make_parents(city)
    BirthRecord.objects.filter(id=stranger.birth_id).update(mother_index="", father_index="")
    text = signed_in(stranger.father.subject_id).post("/apply/bundle/birth/").content.decode()
    assert "没有找到待办理的分娩信息" in text
    assert "已经由" not in text


def test_a_firm_is_refused_by_the_name_of_the_item(parents):
    firm = identity.actor_of_subject(make_firm(parents, "云帆软件", "1").id)
    with pytest.raises(WrongApplicantKind, match="育儿补贴"):
        services.start_in_bundle_or_alone("WJ-03", actor=firm)


@pytest.mark.parametrize(
    "name",
    [
        "once",
        "services.drafts",
        "services.correcting",
        "services.submission",
        "services.starting",
        "services.together",
        "queries.drafts",
    ],
)
def test_refusals_that_a_window_clerk_reads_address_nobody(name):
    source = inspect.getsource(import_module(f"tongban.handling.cases.{name}"))
    assert "您" not in source, "at a window the clerk reads it, and the applicant stands there"
