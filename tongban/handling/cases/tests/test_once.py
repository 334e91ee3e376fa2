"""Field case: a parent submitted the newborn bundle twice for one child. Twins stay possible."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import BirthRecord
from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ui import shell
from tongban.handling.cases import once, queries, services
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.once import AlreadyApplied
from tongban.handling.cases.rights import CannotStart
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import queries as catalog_queries
from tongban.handling.catalog import reading
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import Item
from tongban.people.identity.testing import signed_in

ONCE = {"WJ-01", "JK-01", "HJ-01", "YB-01", "SW-08", "SB-01", "YB-11", "WJ-03", "FL-01"}

PLAIN = {
    "code": "TS-01", "name": "甲", "field": "TS", "field_name": "乙", "department": "市公安局",
    "task_type": "20", "project_type": "2", "serves": ["person"], "legal_days": 5, "promised_days": 1,
}  # fmt: skip


def second_twin(birth_id):
    """Record a second birth of the same mother, ten minutes after the first."""
    first = BirthRecord.objects.get(id=birth_id)
    return libraries.record_birth(
        mother=(first.mother_name, first.mother_number),
        father=(first.father_name, first.father_number),
        born_at=first.born_at + timedelta(minutes=10),
        sex="male",
        weight=3100,
        length=49,
        weeks=39,
        hospital=first.hospital,
        division_code="990102",
        actor=factories.CITY,
    )


def ready(parent):
    draft = factories.start_newborn(parent)
    factories.answer(draft, parent)
    return draft


def items():
    specs = [document.spec for document in reading.read_all(reading.files())]
    return [spec for spec in specs if isinstance(spec, Item)]


def test_the_items_of_the_newborn_bundle_say_that_they_are_granted_once():
    assert {spec.code for spec in items() if spec.once_per.startswith("birth")} >= ONCE


def test_field_case_what_changes_a_register_is_granted_once():
    """Field case: the health insurance premium of one child was granted again and again, each with a receipt."""
    assert [spec.code for spec in items() if spec.effects and not spec.once_per] == []


def test_field_case_a_second_application_for_the_child_cannot_be_started_and_leads_to_the_first(parents):
    first = factories.submitted_newborn(parents.mother)
    with pytest.raises(AlreadyApplied) as refused:
        factories.start_newborn(parents.mother)
    assert refused.value.number == first.number
    with shell.places.only(application="cases:receipt"):
        page = signed_in(parents.mother.subject_id).post("/apply/bundle/birth/")
    assert page.status_code == 409
    assert reverse("cases:receipt", args=[first.number]) in page.content.decode()
    assert "已经申请过了" in page.content.decode()


def test_the_other_parent_is_refused_too_without_a_link(parents):
    fathers = ready(parents.father)
    first = factories.submitted_newborn(parents.mother)
    check = reverse("cases:check", args=[fathers.id])
    page = signed_in(parents.father.subject_id).post(check, {"agreed": "yes"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "已经由李*敏在" in text
    assert first.number not in text
    fathers.refresh_from_db()
    assert fathers.state == "draft"
    assert fathers.answers["given_name"] == factories.ANSWERS["given_name"]


def test_after_a_withdrawal_the_parents_may_apply_again(parents):
    first = factories.submitted_newborn(parents.mother)
    services.withdraw(first.id, reason="填错了", actor=parents.mother)
    again = ready(parents.father)
    assert services.submit(again.id, actor=parents.father).state == "submitted"


def test_a_case_that_was_denied_or_not_accepted_rules_nothing_out(parents):
    first = factories.submitted_newborn(parents.mother)
    items = list(once.Plan(first).items.values())
    assert len(once.earlier_cases(items, first.facts, first.submitted_at)) == len(ONCE)
    first.cases.filter(item_code="WJ-03").update(state="not_accepted", closed_at=first.submitted_at)
    first.cases.filter(item_code="YB-11").update(state="closed", decision="denied", decided_at=first.submitted_at)
    left = {case.item_code for case in once.earlier_cases(items, first.facts, first.submitted_at)}
    assert left == ONCE - {"WJ-03", "YB-11"}


def test_field_case_twins_are_applied_for_in_turn(parents):
    second_twin(parents.birth_id)
    first, second = (services.submit(ready(parents.mother).id, actor=parents.mother) for _ in range(2))
    births = {application.facts["birth.id"] for application in (first, second)}
    assert len(births) == 2
    run_pending_jobs()
    assert Case.objects.filter(item_code="WJ-01", decision="granted").count() == 2
    with pytest.raises(AlreadyApplied):
        factories.start_newborn(parents.mother)


def test_the_database_refuses_a_second_case_whatever_wrote_it(parents):
    first = factories.submitted_newborn(parents.mother)
    fathers = Application.objects.create(
        kind="bundle", service="other", service_version=1, title="另一份", applicant_id=parents.father.subject_id,
        division_code="990102", created_at=first.created_at, saved_at=first.saved_at,
    )  # fmt: skip
    case = first.cases.get(item_code="WJ-01")
    case.id, case.application, case.number, case.reason = fathers.id, fathers, "0" * 22, ""
    with pytest.raises(IntegrityError, match="one_case_where_one_is_due"), transaction.atomic():
        case.save(force_insert=True)


def test_the_childcare_subsidy_can_be_applied_for_each_year(parents):
    first = factories.submitted_newborn(parents.mother)
    (subsidy,) = [item for item in once.Plan(first).items.values() if item.code == "WJ-03"]
    first.cases.filter(item_code="WJ-03").update(state="closed", decision="granted", decided_at=clock.now())
    end_of_year = datetime(first.submitted_at.year, 12, 31, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in the city
    assert once.earlier_cases([subsidy], first.facts, end_of_year)
    assert once.earlier_cases([subsidy], first.facts, end_of_year + timedelta(seconds=1)) == []


def alone(parent, code="WJ-03"):
    return services.start_draft(code, kind="item", actor=parent)


@pytest.mark.parametrize("who", ["mother", "father"])
def test_a_subsidy_that_was_left_out_is_applied_for_alone(parents, certified, who):
    parent = getattr(parents, who)
    client = signed_in(parent.subject_id)
    assert "单独申请这一项" in client.get("/apply/item/WJ-03/").content.decode()
    page = client.post("/apply/item/WJ-03/", follow=True).content.decode()
    assert "宝宝姓名" in page
    draft = Application.objects.get(service="WJ-03")
    assert draft.facts["birth.id"] == certified.facts["birth.id"]
    fields = {key: factories.ANSWERS[key] for key in ("account_holder", "bank_name", "bank_account")}
    services.save_answers(draft.id, fields, page="form", actor=parent)
    submitted = services.submit(draft.id, actor=parent)
    assert submitted.cases.get().item_code == "WJ-03"
    with pytest.raises(AlreadyApplied):
        alone(parents.mother)


def test_field_case_the_premium_of_one_year_is_paid_once_for_a_child(parents, certified):
    for parent in (parents.mother, parents.father):
        with pytest.raises(AlreadyApplied, match="已经"):
            alone(parent, "SW-08")
    (premium,) = [item for item in once.Plan(certified).items.values() if item.code == "SW-08"]
    next_year = certified.submitted_at + timedelta(days=366)
    assert once.earlier_cases([premium], certified.facts, next_year) == []


def test_a_denied_item_is_applied_for_alone(parents):
    application = factories.submitted_newborn(parents.mother)
    run_pending_jobs()
    with pytest.raises(AlreadyApplied):
        alone(parents.father, "YB-11")
    application.cases.filter(item_code="YB-11").update(state="closed", decision="denied", decided_at=clock.now())
    assert alone(parents.father, "YB-11").facts["birth.id"] == application.facts["birth.id"]


def test_as_long_as_the_bundle_can_be_started_the_item_is_applied_for_in_it(parents):
    with pytest.raises(CannotStart, match="在一件事里一起办"):
        alone(parents.mother)


def test_a_stranger_gets_nothing_alone(parents, certified, city):
    stranger = factories.make_parents(city).mother
    with pytest.raises(CannotStart, match="在一件事里一起办"):
        alone(stranger)


def test_items_of_bundles_without_a_later_record_stay_in_their_bundle(parents, city):
    spec = catalog_queries.item("WJ-03").model_copy(update={"code": "TS-03", "apply_through": "birth"})
    bundle = catalog_queries.bundle("birth").model_copy(update={"later_resource": "", "version": 99})
    catalog.publish_item(spec, actor=factories.CITY)
    catalog.publish_bundle(bundle, actor=factories.CITY)
    with pytest.raises(CannotStart, match="在一件事里一起办"):
        alone(parents.mother, "TS-03")


def test_the_refusal_of_the_bundle_leads_to_what_was_left_out(parents, certified):
    page = signed_in(parents.mother.subject_id).post("/apply/bundle/birth/").content.decode()
    assert 'href="/apply/item/WJ-03/"' in page


def test_field_case_nothing_is_listed_as_left_out_that_was_applied_for(parents, certified):
    """Field case: "没有一起申请的，可以单独办" named the subsidy that was in the application."""

    def left():
        page = signed_in(parents.mother.subject_id).post("/apply/bundle/birth/").content.decode()
        return [code for code in ("WJ-03", "FL-01") if f'href="/apply/item/{code}/"' in page]

    assert left() == ["WJ-03", "FL-01"]
    draft = alone(parents.father)
    fields = {key: factories.ANSWERS[key] for key in ("account_holder", "bank_name", "bank_account")}
    services.save_answers(draft.id, fields, page="form", actor=parents.father)
    subsidy = services.submit(draft.id, actor=parents.father)
    assert left() == ["FL-01"]
    services.withdraw(subsidy.id, reason="填错了", actor=parents.father)
    assert left() == ["WJ-03", "FL-01"]


def test_what_is_due_each_year_is_left_out_again_in_the_next_year(parents):
    first = factories.submitted_newborn(parents.mother)
    spec, (case, *_) = catalog_queries.bundle("birth"), first.cases.order_by("position")
    assert once.left_out(spec, case, first.submitted_at) == []
    next_year = first.submitted_at + timedelta(days=366)
    assert [step.item for step in once.left_out(spec, case, next_year)] == ["WJ-03"]


def test_after_the_whole_bundle_nothing_is_left_out(parents):
    factories.submitted_newborn(parents.mother)
    page = signed_in(parents.mother.subject_id).post("/apply/bundle/birth/").content.decode()
    assert "已经申请过了" in page
    assert "没有一起申请的，可以单独办" not in page


@pytest.mark.parametrize("who", ["mother", "father"])
def test_field_case_the_guide_offers_another_application_only_where_it_would_be_accepted(parents, who):
    """Field case: "再办一份" stood on the guide of the newborn bundle, and the second application was refused."""
    parent = getattr(parents, who)

    def offers(path="/bundles/birth/"):
        return "再办一份" in signed_in(parent.subject_id).get(path).content.decode()

    factories.submitted_newborn(parent)
    assert not offers()
    assert not offers("/items/WJ-01/")
    second_twin(parents.birth_id)
    assert offers()
    services.submit(ready(parent).id, actor=parent)
    assert not offers()


@pytest.mark.parametrize(("once_per", "again"), [("", True), ("applicant", False)])
def test_an_item_is_offered_again_unless_it_is_granted_once(parents, once_per, again):
    spec = Item.model_validate({**PLAIN, "department": "市公安局", "authored": True, "once_per": once_per})
    catalog.publish_item(spec, actor=factories.CITY)
    assert queries.may_apply_again("TS-01", actor=parents.mother), "nothing was applied for yet"
    services.submit(services.start_draft("TS-01", kind="item", actor=parents.mother).id, actor=parents.mother)
    assert queries.may_apply_again("TS-01", actor=parents.mother) == again
    assert queries.may_apply_again("TS-01", actor=parents.father)


@pytest.mark.django_db(transaction=True)
def test_of_two_submissions_at_the_same_moment_one_is_refused_in_words():
    parents = factories.make_parents(factories.make_city())
    drafts = {parents.mother: ready(parents.mother), parents.father: ready(parents.father)}
    start, said = threading.Barrier(2), []

    def submit(parent, draft):
        try:
            start.wait(timeout=30)
            said.append(services.submit(draft.id, actor=parent).number)
        except AlreadyApplied as refused:
            said.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit, args=each) for each in drafts.items()]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert sorted(type(one).__name__ for one in said) == ["AlreadyApplied", "str"]
    assert Case.objects.filter(item_code="WJ-01").count() == 1


def test_items_without_a_limit_ask_the_database_nothing(parents, django_assert_num_queries):
    plain = Item.model_validate(PLAIN)
    with django_assert_num_queries(0):
        assert once.earlier_cases([plain], {"birth.id": str(parents.birth_id)}, clock.now()) == []
