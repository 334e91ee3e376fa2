from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tongban.exchange.libraries import queries, services
from tongban.exchange.libraries.facts import labels, register_labels
from tongban.exchange.libraries.resources import Found, Resource, resources
from tongban.exchange.libraries.tests.conftest import AT, BY
from tongban.foundation.clock import legal_day
from tongban.foundation.ids import new_id
from tongban.foundation.registry import AlreadyTaken
from tongban.people.datauses.models import DataUse
from tongban.people.identity.actors import machine
from tongban.people.identity.rules import anniversary
from tongban.trust.ledger.models import Entry


def look_up(resource, context, actor=None):
    return services.look_up(resource, context=context, actor=actor, at=AT)


@pytest.mark.req("C5")
def test_the_hospitals_record_is_found_by_either_parent(family):
    for parent in (family.mother, family.father):
        found = look_up("birth-delivery", {"applicant.id": str(parent.id)})
        assert found.found
        assert found.source == "市卫生健康委员会 · 分娩信息"
        assert found.facts["birth.id"] == str(family.birth.id)
        assert found.facts["child.born_at"] == "2026年11月20日 00:30"
        assert (found.facts["mother_surname"], found.facts["father_surname"]) == ("李", "欧阳")
    assert "household.address" not in found.facts, "they live in two households: nothing to show before the choice"


def test_a_certified_birth_is_found_only_by_its_id(family, context):
    services.apply_effect("birth.certify", context=context, actor=BY, at=AT)
    assert look_up("birth-delivery", context).found
    fresh = look_up("birth-delivery", {"applicant.id": str(family.mother.id)})
    assert not fresh.found
    assert "分娩信息" in fresh.reason


def test_a_childs_data_never_falls_back_to_the_parents(family, context):
    own = {"applicant.id": str(family.mother.id)}
    assert look_up("citizen-number", own).facts["applicant.number"] == family.mother.number
    assert not look_up("citizen-number", context).found
    context |= services.apply_effect("birth.certify", context=context, actor=BY, at=AT)
    assert "自动取得" in look_up("citizen-number", context).reason
    context |= services.apply_effect("household.register_newborn", context=context, actor=BY, at=AT)
    assert look_up("citizen-number", context).facts["child.number"] == context["child.number"]


@pytest.mark.req("C5")
def test_bills_are_summed(family, context):
    for amount in ("6280.50", "100.25"):
        services.record_medical_bill(
            patient_id=family.mother.id,
            birth_id=family.birth.id,
            hospital="云州市妇幼保健院",
            amount=Decimal(amount),
            reimbursable=Decimal("100"),
            issued_on=legal_day(AT),
            actor=BY,
        )
    facts = look_up("medical-bills", context).facts
    assert facts == {"bills.count": "2 张", "bills.amount": "6380.75 元", "bills.reimbursable": "200.00 元"}


@pytest.mark.parametrize("resource", sorted(resources.names()))
@pytest.mark.parametrize("known", [{}, {"applicant.id": "nonsense"}, {"child.id": "", "birth.id": "7"}])
def test_a_failed_look_up_gives_a_reason_and_never_raises(db, resource, known):
    result = look_up(resource, known)
    assert not result.found
    assert result.reason
    assert result.facts == {}


def test_a_resource_that_is_not_shared_yet_is_reported(db):
    assert look_up("data-nothing", {}).reason == "这项数据还没有接入共享"


@pytest.mark.req("D7")
def test_every_look_up_records_who_looked_up_what_for_which_case(family, context):
    look_up("marriage", context, actor=family.actor)
    entry = Entry.objects.order_by("-id").first()
    assert entry.type == "libraries.DataLookedUp"
    assert entry.actor == str(family.mother.id)
    assert entry.subject == family.mother.id
    assert entry.payload.pop("rows")["datauses_use"]
    assert entry.payload == {
        "resource": "marriage",
        "purpose": "办理申请",
        "case_number": context["case.number"],
        "found": True,
        "fields": "结婚证字号、结婚登记日期、丈夫姓名、妻子姓名",
    }


@pytest.mark.req("D7")
def test_a_field_of_the_form_does_not_become_the_purpose_in_the_ledger(family, context):
    """Field 用途: a form asked what the paper was for, and the answer overwrote what the data was looked up for."""
    look_up("marriage", context | {"purpose": "出国旅游"}, actor=family.actor)
    assert Entry.objects.order_by("-id").first().payload["purpose"] == "办理申请"
    assert DataUse.objects.latest("id").purpose == "办理申请"


def test_every_fact_has_a_label(family, context):
    for effect in ("birth.certify", "household.register_newborn", "insurance.enrol_resident", "insurance.pay_premium"):
        context |= services.apply_effect(effect, context=context, actor=BY, at=AT)
    given = set()
    for resource in resources.names():
        given |= set(look_up(resource, context).facts)
    assert given <= set(labels.names())
    assert queries.label_of("child.number") == "孩子公民身份号码"


@pytest.mark.req("D7")
def test_each_person_concerned_gets_a_data_use_with_the_fields_read(family, context):
    look_up("marriage", context, actor=family.actor)
    uses = DataUse.objects.filter(source="市民政局 · 婚姻登记信息")
    assert {use.subject_id for use in uses} == {family.mother.id, family.father.id}
    assert uses[0].fields == ["结婚证字号", "结婚登记日期", "丈夫姓名", "妻子姓名"]
    assert uses[0].entry_id == Entry.objects.order_by("-id").first().id
    assert uses[0].source == "市民政局 · 婚姻登记信息"


@pytest.mark.req("D7")
def test_a_use_names_the_resource_that_was_asked_also_for_facts_of_another_library(family, context):
    """So a later question to that library itself is no repeated one, and has a row too."""
    draft = context | {"application.id": str(new_id()), "household_of": "mother"}
    asked = [look_up(name, draft, actor=family.actor) for name in ("parents", "household")]
    assert asked[0].source_of("mother.address") == asked[1].source
    uses = {use.source: use for use in DataUse.objects.filter(occasion=UUID(draft["application.id"]))}
    assert uses.keys() == {one.source for one in asked}
    assert queries.label_of("mother.address") in uses[asked[0].source].fields


@pytest.mark.req("D7")
def test_a_failed_look_up_is_a_data_use_without_fields(family, context):
    look_up("citizen-number", context | {"child.id": str(family.mother.id)}, actor=family.actor)
    look_up("social-card", context | {"child.id": str(family.mother.id)}, actor=family.actor)
    assert DataUse.objects.get(source__contains="公民身份号码").fields != []
    assert DataUse.objects.get(source__contains="社会保障卡").fields == []


def test_the_applicants_pages_record_the_same_look_up_once_in_ten_minutes(family, context):
    draft = context | {"application.id": str(new_id())}
    for minutes in (0, 1, 9, 11):
        services.look_up("marriage", context=draft, actor=family.actor, at=AT + timedelta(minutes=minutes))
    services.look_up("household", context=draft, actor=family.actor, at=AT)
    other = draft | {"application.id": str(new_id())}
    services.look_up("marriage", context=other, actor=family.actor, at=AT)
    looked_up = Entry.objects.filter(type="libraries.DataLookedUp").exclude(payload__resource="birth-delivery")
    assert looked_up.filter(payload__resource="marriage").count() == 3
    assert looked_up.count() == 4


@pytest.mark.req("D7")
def test_a_machines_look_up_is_recorded_each_time_for_its_department(family, context):
    department = new_id()
    decided = context | {"application.id": str(new_id()), "case.department": str(department)}
    for _ in range(2):
        look_up("marriage", decided, actor=machine("rule/1"))
    uses = DataUse.objects.filter(subject_id=family.mother.id, source="市民政局 · 婚姻登记信息")
    assert [(use.actor, use.department_id) for use in uses] == [("machine:rule/1", department)] * 2


def test_children_are_found_by_either_parent_until_they_are_eighteen(family, context):
    services.apply_effect("birth.certify", context=context, actor=BY, at=AT)
    born = legal_day(family.birth.born_at)
    for parent in (family.mother, family.father):
        ((_, found),) = queries.minor_children_of(parent.id, legal_day(AT))
        assert found == born
    birthday = anniversary(born, 18)
    assert len(queries.minor_children_of(family.father.id, birthday - timedelta(days=1))) == 1
    assert queries.minor_children_of(family.father.id, birthday) == []


@pytest.mark.req("B1")
def test_a_name_matches_only_its_own_number(db):
    from tongban.exchange.libraries import queries, services
    from tongban.people.identity import services as identity
    from tongban.people.identity.actors import machine
    from tongban.people.signin import ports

    by, number = machine("test"), "990102199208050014"
    person = identity.register_person(name="张磊", number=number, division_code="990102", actor=by)
    services.record_resident(person.id, actor=by)
    assert queries.name_agrees("张磊", number)
    assert ports.name_agrees("张磊", number)
    assert not queries.name_agrees("张三", number)
    assert not queries.name_agrees("张磊", "990102198801010035")
    assert not queries.name_agrees("张磊", "")


def test_another_room_adds_a_resource_with_its_labels(family, context):
    def find(asked):
        assert asked["applicant.id"] == str(family.mother.id)
        return Found({"library.card": "T-1"}, record_id=UUID(int=7), persons=(family.father.id,))

    with resources.with_more(), labels.with_more():
        resources.add("library-card", Resource("library-card", "借书证", "市图书馆", find))
        register_labels({"library.card": "借书证号"})
        result = look_up("library-card", context, actor=family.actor)
        assert "library-card" in queries.resource_names()
        with pytest.raises(AlreadyTaken):
            register_labels({"library.card": "借书证"})
    assert result.facts == {"library.card": "T-1"}
    assert (result.evidence, result.persons) == (str(UUID(int=7)), (family.father.id,))
    use = DataUse.objects.get(source="市图书馆 · 借书证")
    assert (use.subject_id, use.fields) == (family.father.id, ["借书证号"])
