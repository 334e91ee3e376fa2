from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tongban.exchange.libraries import services
from tongban.exchange.libraries.models import BirthRecord, InsuranceEnrolment, Person
from tongban.exchange.libraries.rules import resident_number, sequences
from tongban.exchange.libraries.services.effects import effects
from tongban.exchange.libraries.tests.conftest import AT, BY, report
from tongban.foundation import clock
from tongban.foundation.codes import is_resident_number
from tongban.foundation.errors import DomainError, Invalid, NotFound
from tongban.foundation.registry import AlreadyTaken
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Subject
from tongban.people.identity.rules import NUMBER_PURPOSE
from tongban.trust.crypto.services import blind_index
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

IN_ORDER = (
    "birth.certify",
    "vaccination.open",
    "household.register_newborn",
    "insurance.enrol_resident",
    "insurance.pay_premium",
    "card.open_social",
    "maternity.reimburse",
    "childcare.grant_subsidy",
    "parenting.register",
)


def apply(name, context, at=AT):
    return services.apply_effect(name, context=context, actor=BY, at=at)


@pytest.mark.req("C3", "D1")
def test_a_birth_leads_to_a_registered_child(family, context):
    assert services.effect_names() == set(IN_ORDER)
    for name in IN_ORDER:
        context |= apply(name, context)
    child = Person.objects.get(birth=family.birth)
    assert context["child.name"] == child.name == "欧阳安然"
    assert child.household == family.home
    assert context["household.role"] == "外孙女"
    assert context["household.office"] == "云州市公安局云江区分局清河派出所"
    number = context["child.number"]
    assert is_resident_number(number)
    assert number.startswith("99010220261120"), "the household's district and the legal day of birth"
    assert int(number[16]) % 2 == 0, "even for a girl"
    assert identity.subject_by_number(number).id == child.id
    assert BirthRecord.objects.get().status == "registered"
    assert all(context.values())


@pytest.mark.req("C3")
@pytest.mark.parametrize("name", IN_ORDER)
def test_applying_an_effect_again_changes_nothing(context, name):
    for before in IN_ORDER[: IN_ORDER.index(name)]:
        context |= apply(before, context)
    first = apply(name, context)
    told = Entry.objects.count()
    assert apply(name, context | first, at=AT + timedelta(days=1)) == first
    assert apply(name, context | first | {"given_name": "另名", "household_of": "father"}) == first
    assert Entry.objects.count() == told


@pytest.mark.req("D12")
def test_the_household_determines_the_district_of_the_number(context):
    context |= apply("birth.certify", context)
    facts = apply("household.register_newborn", context | {"household_of": "father"})
    assert facts["child.number"].startswith("990103")
    assert facts["household.role"] == "女"


@pytest.mark.req("D12")
def test_twins_get_different_numbers(family, context):
    other = report(family.mother, family.father, weight=2900)
    numbers = set()
    for birth, given in ((family.birth, "安然"), (other, "安宁")):
        own = context | {"birth.id": str(birth.id), "given_name": given}
        own |= apply("birth.certify", own)
        numbers.add(apply("household.register_newborn", own)["child.number"])
    assert len(numbers) == 2


def test_a_number_already_in_use_is_skipped(family, context):
    """Only one number of the day is free, so the child gets that one, whatever is drawn first."""
    context |= apply("birth.certify", context)
    child = Person.objects.get(id=context["child.id"])
    *taken, left = [resident_number("990102", child.born, serial) for serial in sequences(child.sex)]
    Subject.objects.bulk_create(
        Subject(
            kind="person", name="某人", number=number, number_index=blind_index(number, purpose=NUMBER_PURPOSE),
            division_code="990102", born=child.born, registered_at=clock.now(),
        )
        for number in taken
    )  # fmt: skip
    assert apply("household.register_newborn", context)["child.number"] == left


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    "name", ["vaccination.open", "household.register_newborn", "insurance.enrol_resident", "card.open_social"]
)
def test_no_effect_precedes_the_birth_certificate(context, name):
    with pytest.raises(DomainError):
        apply(name, context)
    assert not Person.objects.filter(birth__isnull=False).exists()


@pytest.mark.req("C3")
@pytest.mark.parametrize("name", ["insurance.enrol_resident", "card.open_social"])
def test_an_effect_that_needs_a_number_waits_for_it(context, name):
    context |= apply("birth.certify", context)
    with pytest.raises(DomainError, match="公民身份号码"):
        apply(name, context)


def test_a_premium_requires_an_enrolment(context):
    for name in IN_ORDER[:3]:
        context |= apply(name, context)
    with pytest.raises(DomainError, match="参保"):
        apply("insurance.pay_premium", context)


@pytest.mark.parametrize(
    ("change", "sentence"), [({"given_name": ""}, "名字"), ({"birth.id": "", "applicant.id": ""}, "分娩")]
)
def test_missing_data_is_named(context, change, sentence):
    with pytest.raises(DomainError, match=sentence):
        apply("birth.certify", context | change)


def test_an_unknown_effect_is_refused(context):
    with pytest.raises(DomainError):
        apply("money.print", context)


def test_without_shared_bills_the_amount_is_assessed_from_the_papers(context):
    assert apply("maternity.reimburse", context)["maternity.amount"] == "按票据核定"


def test_the_database_allows_one_child_per_birth_record(family, context):
    apply("birth.certify", context)
    child = Person.objects.get(birth=family.birth)
    other = report(family.mother, family.father, weight=2900)
    with pytest.raises(IntegrityError), transaction.atomic():
        BirthRecord.objects.filter(id=other.id).update(
            status="certified", child=child, certified_at=AT, certificate_number="Y1"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        BirthRecord.objects.filter(id=other.id).update(status="registered", registered_at=AT)


def test_no_event_contains_personal_data(context):
    for name in IN_ORDER:
        context |= apply(name, context)
    said = "".join(str(e.payload) for e in Entry.objects.all())
    for personal in ("安然", "李文敏", context["child.number"], "6222", "13900001234", "柳荫路"):
        assert personal not in said
    assert not BirthRecord.objects.filter(status="waiting").exists()


def test_another_room_adds_an_effect_under_a_free_name(family, context):
    with effects.with_more():
        effects.add("library.lend", lambda grant: {"library.book": f"办件 {grant.case_number}"})
        assert "library.lend" in services.effect_names()
        given = services.apply_effect("library.lend", context=context, actor=BY, at=AT)
        assert given == {"library.book": f"办件 {context['case.number']}"}
        with pytest.raises(AlreadyTaken):
            effects.add("birth.certify", lambda grant: {})
    assert "library.lend" not in services.effect_names()


def test_an_ended_enrolment_is_resumed(context):
    for name in IN_ORDER[:4]:
        context |= apply(name, context)
    enrolment = InsuranceEnrolment.objects.get()
    enrolment.ended_on = clock.legal_day(clock.now())
    enrolment.save()
    assert not services.look_up("insurance-enrolment", context=context).found
    assert apply("insurance.enrol_resident", context)["insurance.number"] == enrolment.number
    enrolment.refresh_from_db()
    assert enrolment.ended_on is None
    assert services.look_up("insurance-enrolment", context=context).found


def test_enrolling_by_a_case_ends_the_employees_insurance_even_one_that_would_end_later(family):
    """Field case: the register had two enrolments, since only entries of the department ended the other one."""
    mother = {"applicant.id": str(family.mother.id)}
    employee = services.record_enrolment(family.mother.id, kind="employee", enrolled_at=AT - timedelta(9), actor=BY)
    employee.ended_on = clock.legal_day(AT) + timedelta(days=30)
    employee.save()
    apply("insurance.enrol_resident", mother)
    employee.refresh_from_db()
    assert employee.ended_on == clock.legal_day(AT)
    assert services.look_up("insurance-enrolment", context=mother).facts["insurance.kind"] == "城乡居民基本医疗保险"


@pytest.mark.parametrize("by_case", [True, False])
def test_enrolling_again_before_an_announced_end_takes_the_end_back(family, by_case):
    enrolment = services.record_enrolment(family.mother.id, kind="resident", enrolled_at=AT - timedelta(9), actor=BY)
    enrolment.ended_on = clock.legal_day(AT) + timedelta(days=30)
    enrolment.save()
    if by_case:
        apply("insurance.enrol_resident", {"applicant.id": str(family.mother.id)})
    else:
        services.record_enrolment(family.mother.id, kind="resident", enrolled_at=AT, actor=BY)
    enrolment.refresh_from_db()
    assert enrolment.ended_on is None
    assert enrolment.enrolled_at == AT - timedelta(9), "it was never interrupted"


def test_an_enrolment_is_recorded_once_and_only_of_a_known_person_and_kind(family):
    def record(person_id, kind="employee"):
        return services.record_enrolment(person_id, kind=kind, enrolled_at=AT, actor=BY)

    assert record(family.mother.id) == record(family.mother.id)
    assert [entry.type for entry in ledger.entries_of([family.mother.id])].count("libraries.EnrolmentRecorded") == 1
    with pytest.raises(Invalid):
        record(family.mother.id, "none")
    with pytest.raises(NotFound):
        record(family.birth.id)
