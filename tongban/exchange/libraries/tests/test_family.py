"""Family relations according to the registers, and the change of a legal representative."""

from datetime import date

import pytest

from tongban.exchange.libraries import services
from tongban.exchange.libraries.family import children_of, is_guardian_of, relation_of
from tongban.exchange.libraries.tests.conftest import AT, BY, resident
from tongban.foundation.codes import credit_code_check
from tongban.foundation.errors import NotFound
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.trust.ledger import queries as ledger


@pytest.mark.req("D1")
def test_relations_are_derived_from_marriage_and_household(family):
    grandmother = family.home.head
    assert relation_of(family.mother.id, family.father.id) == "配偶"
    assert relation_of(grandmother.id, family.mother.id) == "女儿"
    assert relation_of(family.mother.id, grandmother.id) == "母亲"
    assert relation_of(family.father.id, grandmother.id) == ""
    assert children_of(grandmother.id) == [family.mother.id]


@pytest.mark.req("D1")
def test_the_birth_record_gives_a_newborn_both_parents(family, context):
    services.apply_effect("birth.certify", context=context, actor=BY, at=AT)
    family.birth.refresh_from_db()
    child = family.birth.child_id
    assert is_guardian_of(family.mother.id, child)
    assert is_guardian_of(family.father.id, child)
    assert not is_guardian_of(family.home.head_id, child)
    assert relation_of(family.father.id, child) == "女儿"


@pytest.mark.req("D1")
def test_children_of_a_head_of_household_are_the_spouses_too(family):
    mother = resident("宋玉珍", date(1980, 10, 20), "990102001", 126)
    father = resident("马成", date(1978, 5, 15), "990102001", 127)
    child = resident("马小满", date(2015, 5, 15), "990102001", 128)
    members = [(father.id, "户主"), (mother.id, "配偶"), (child.id, "女")]
    services.found_household(address="云州市桥南路 230 号", division_code="990102001", members=members, actor=BY)
    assert is_guardian_of(father.id, child.id)
    assert is_guardian_of(mother.id, child.id)
    assert not is_guardian_of(child.id, father.id)


@pytest.mark.req("B4")
def test_a_dead_person_is_nobodys_guardian(family):
    grandmother = family.home.head
    grandmother.died_on = date(2026, 1, 1)
    grandmother.save(update_fields=["died_on"])
    assert children_of(grandmother.id) == []
    assert relation_of(family.mother.id, grandmother.id) == ""


@pytest.mark.req("B1")
def test_a_new_representative_replaces_the_old_one_once(family):
    body = "91990100MA0Y00021"
    firm = identities.register_organisation(
        name="云帆软件", number=body + credit_code_check(body), division_code="990102", actor=BY
    )
    services.record_enterprise(
        firm.id, kind="有限责任公司", legal_representative_id=family.father.id, industry="软件", capital="50 万元",
        scope="软件开发", address="云州市", established_on=date(2020, 5, 6), actor=BY,
    )  # fmt: skip
    services.change_representative(firm.id, person_id=family.mother.id, reason="股东会决议", actor=BY)
    services.change_representative(firm.id, person_id=family.mother.id, reason="股东会决议", actor=BY)
    assert not identity.represents(family.father.id, firm.id)
    assert identity.represents(family.mother.id, firm.id)
    told = [entry.type.rpartition(".")[2] for entry in ledger.entries_of(firm.id)]
    assert told[-3:] == ["RepresentativeChanged", "RepresentativeEnded", "RepresentativeEntitled"]
    with pytest.raises(NotFound):
        services.change_representative(firm.id, person_id=firm.id, reason="", actor=BY)
