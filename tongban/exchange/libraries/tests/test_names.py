"""Names of newborns follow what is recorded and confirmed; numbers and dates that cannot be enter no library."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from tongban.exchange.libraries import queries, services
from tongban.exchange.libraries.definitions import DataField, Definition, definitions
from tongban.exchange.libraries.models import Person
from tongban.exchange.libraries.readers import of_birth
from tongban.exchange.libraries.rules import resident_number
from tongban.exchange.libraries.tests.conftest import AT, BY, report, resident
from tongban.exchange.libraries.tests.test_effects import apply
from tongban.foundation.codes import resident_number_check
from tongban.foundation.errors import Conflict, Invalid
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identity_services
from tongban.people.identity.actors import Actor

IMPOSSIBLE = {"30 February": "20260230", "month 13": "19941312", "year 0": "00000312", "2099": "20990101"}


def impossible(born):
    body = f"990102{born}122"
    return body + resident_number_check(body)


def facts_of(family, father):
    birth = report(family.mother, father, weight=2900)
    known = {"applicant.id": str(family.mother.id), "case.number": "2611249901000040000012", "birth.id": str(birth.id)}
    return known | of_birth(birth)


@pytest.mark.parametrize(
    ("father", "surname"),
    [
        ("端木涛", "端木"),
        ("南宫雪", "南宫"),
        ("独孤明", "独孤"),
        ("呼延平", "呼延"),
        ("澹台静", "澹台"),
        ("欧阳娜", "欧阳"),
    ],
)
def test_field_case_a_child_gets_the_whole_surname(family, father, surname):
    known = facts_of(family, resident(father, date(1991, 5, 6), "990103001", 131))
    assert known["father_surname"] == surname
    child = apply("birth.certify", known | {"given_name": "安然", "surname_of": "father"})
    assert child["child.name"] == surname + "安然"
    person = Person.objects.get(id=child["child.id"])
    assert (person.surname, identity.subject(person.id).surname) == (surname, surname)


@pytest.mark.parametrize(
    ("father", "whole", "name"),
    [
        ("阿卜杜拉·买买提", "艾力 • 阿卜杜拉", "艾力·阿卜杜拉"),
        ("古丽米热·艾比布力", "艾力。古丽米热", "艾力·古丽米热"),
    ],
)
def test_field_case_without_a_surname_the_parents_write_the_whole_name(family, father, whole, name):
    known = facts_of(family, resident(father, date(1991, 5, 6), "990103001", 131))
    assert "father_surname" not in known
    with pytest.raises(Invalid, match="自己写全名"):
        apply("birth.certify", known | {"given_name": "艾力", "surname_of": "father"})
    child = apply("birth.certify", known | {"given_name": whole, "surname_of": "whole"})
    assert child["child.name"] == name
    assert Person.objects.get(id=child["child.id"]).surname is None


def recorded(father, surname):
    father.surname = surname
    father.save()
    return father


def test_field_case_a_wrong_surname_is_corrected_by_the_whole_name(family):
    father = recorded(resident("第二涛", date(1991, 5, 6), "990103001", 131), "第二")
    child = apply("birth.certify", facts_of(family, father) | {"given_name": "第二安然", "surname_of": "whole"})
    person = Person.objects.get(id=child["child.id"])
    assert (child["child.name"], person.surname) == ("第二安然", "第二")
    assert identity.subject(person.id).surname == "第二"


@pytest.mark.parametrize("whole", ["王安然", "端木", "艾力·买买提"])
def test_field_case_the_machine_grants_no_third_surname_and_an_officer_may(family, whole):
    father = recorded(resident("端木涛", date(1991, 5, 6), "990103001", 131), "端木")
    known = facts_of(family, father) | {"given_name": whole, "surname_of": "whole"}
    with pytest.raises(Conflict, match="第一千零一十五条"):
        apply("birth.certify", known)
    officer = Actor(subject_id=family.mother.id)
    child = services.apply_effect("birth.certify", context=known, actor=officer, at=AT)
    assert (child["child.name"], Person.objects.get(id=child["child.id"]).surname) == (whole, None)


def test_field_case_the_machine_issues_no_papers_to_a_name_with_the_surname_twice(family):
    """Field case: 李安安 was typed under the mother's surname, and the papers were issued to 李李安安."""
    father = recorded(resident("欧阳涛", date(1991, 5, 6), "990103001", 131), "欧阳")
    known = facts_of(family, father)
    with pytest.raises(Conflict, match="姓会写成两遍"):
        apply("birth.certify", known | {"given_name": "欧阳安安", "surname_of": "father"})
    child = apply("birth.certify", known | {"given_name": "欧阳欧阳", "surname_of": "whole"})
    assert child["child.name"] == "欧阳欧阳"


def test_a_surname_that_is_only_proposed_does_not_bind_the_machine(family):
    father = resident("端木涛", date(1991, 5, 6), "990103001", 131)
    with pytest.raises(Conflict):
        apply("birth.certify", facts_of(family, father) | {"given_name": "端安然", "surname_of": "whole"})


def test_a_recorded_surname_goes_before_the_proposed_one(family):
    subject = identity_services.register_person(
        name="欧阳", surname="欧阳", number=resident_number("990103", date(1991, 5, 6), 131),
        division_code="990103001", actor=BY,
    )  # fmt: skip
    father = services.record_resident(subject.id, actor=BY)
    assert (father.surname, facts_of(family, father)["father_surname"]) == ("欧阳", "欧阳")


def test_field_case_a_rare_character_is_taken_as_a_name(family, context):
    assert apply("birth.certify", context | {"given_name": "𠮷宁"})["child.name"] == "欧阳𠮷宁"


@pytest.mark.parametrize("given", ["Amy", "知1", "买·", "\ue000"])
def test_a_name_that_is_none_is_refused_before_the_certificate(family, context, given):
    with pytest.raises(Invalid):
        apply("birth.certify", context | {"given_name": given})


@pytest.mark.parametrize("born", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_field_case_an_impossible_birth_enters_no_library(family, born):
    parents = SimpleNamespace(name="某人", number=impossible(born))
    with pytest.raises(Invalid):
        report(parents, None, weight=3000)
    with pytest.raises(Invalid):
        report(family.mother, parents, weight=3001)
    with pytest.raises(Invalid):
        identity_services.register_person(name="某人", number=parents.number, division_code="990102", actor=BY)


def test_parents_are_found_however_the_hospital_writes_their_numbers(family):
    mother = SimpleNamespace(
        name=f"\u200e{family.mother.name} ", number=f" {family.mother.number[:6]} {family.mother.number[6:]}"
    )
    birth = report(mother, None, weight=2500)
    assert (birth.mother_name, birth.mother_number) == (family.mother.name, family.mother.number)
    assert queries.name_agrees("李 文敏", family.mother.number.replace("9", "９"))


def test_a_department_sends_any_spelling_and_one_is_stored():
    definition = next(d for d in definitions().values() if {"date", "amount"} <= {f.format for f in d.fields})
    typed = {"date": "2026年3月5日", "amount": "1,234.50", "number": "１２", "month": "2026/3", "code": "ＹＺ-１２３４"}
    stored = {"date": "2026-03-05", "amount": "1234.50", "number": "12", "month": "2026-03", "code": "YZ-1234"}
    content = {f.key: typed.get(f.format, "是") for f in definition.fields}
    spelled = definition.spelled(content)
    assert spelled == {f.key: stored.get(f.format, "是") for f in definition.fields}
    assert definition.spelled({"free": "，入职"}) == {"free": "，入职"}


def definition_of(format):
    field = DataField(key="it", label="亲属", format=format)
    return Definition(key="d", name="某数据", provider="某局", of="person", every="day", fields=(field,))


@pytest.mark.parametrize(
    "text", ["نۇر\u200cمۇھەممەت", "👨\u200d👩\u200d👧 一家", "🫩", "\U0003134f", "云州\u3000大学", "Caf\u00a0é"]
)
def test_field_case_a_department_s_text_may_hold_joiners_and_new_characters(text):
    """Python's tables call these unprintable, and another version of Python judges otherwise."""
    definition = definition_of("text")
    content = definition.spelled({"it": text})
    assert content == {"it": text}
    assert definition.problem_with(content) is None


@pytest.mark.parametrize("text", ["", "甲\x00", "甲\ud800", "甲\n乙", "甲\u2028乙", "字" * 201])
def test_a_department_s_text_is_one_line_that_can_be_stored(text):
    definition = definition_of("text")
    assert definition.problem_with(definition.spelled({"it": text}))


@pytest.mark.parametrize("dot", "·•・‧∙⋅●.。")
def test_field_case_a_department_s_name_has_one_dot(dot):
    definition = definition_of("name")
    content = definition.spelled({"it": f"古丽米热 {dot} 艾比布力\u200b"})
    assert content == {"it": "古丽米热·艾比布力"}
    assert definition.problem_with(content) is None
    assert definition.problem_with({"it": "周静2"}) == ("it", "“亲属”的值不符合姓名（不超过 100 字，没有数字）的格式")


def test_every_name_of_a_person_in_the_data_standard_is_one():
    labels = {f.label: f.format for d in definitions().values() for f in d.fields}
    assert {
        label: kind for label, kind in labels.items() if label.endswith(("姓名", "监护人")) and kind != "name"
    } == {}
    assert "name" in labels.values()


@pytest.mark.parametrize("text", ["-5", "10-12", "3·5", "1 2"])
def test_field_case_a_department_s_number_is_never_turned_into_another_one(text):
    field = DataField(key="months", label="连续月数", format="number")
    definition = Definition(key="d", name="某数据", provider="某局", of="person", every="day", fields=(field,))
    content = definition.spelled({"months": text})
    assert content["months"].strip() == text
    assert definition.problem_with(content)


def test_a_shared_resident_number_is_of_nobody_born_later():
    field = DataField(key="whose", label="谁", format="resident-number")
    definition = Definition(key="d", name="某数据", provider="某局", of="person", every="day", fields=(field,))
    today = AT.date()
    later = resident_number("990102", today + timedelta(days=1), 122)
    assert definition.problem_with({"whose": resident_number("990102", today, 122)}, today) is None
    assert definition.problem_with({"whose": later}, today) == ("whose", "“谁”里的出生日期晚于今天，请核对")
    for born in IMPOSSIBLE.values():
        assert definition.problem_with({"whose": impossible(born)}, today)
