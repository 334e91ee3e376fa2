from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from tongban.exchange.libraries import services
from tongban.exchange.libraries.rules import resident_number
from tongban.foundation import clock
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.organisation import services as organisation

BY = machine("test")
AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
BORN = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
"""00:30 of 20 November in the city: the legal day is not the day of UTC."""


@pytest.fixture(autouse=True)
def _at():
    with clock.at_moment(AT):
        yield


@pytest.fixture
def family(db):
    """Create a married couple in two households of two districts, and the birth record of their daughter."""
    organisation.establish_division("990100", name="云州市", level="city", actor=BY)
    for code, district, street in (("990102", "云江区", "清河街道"), ("990103", "南湖区", "湖心街道")):
        organisation.establish_division(code, name=district, level="district", parent="990100", actor=BY)
        organisation.establish_division(f"{code}001", name=street, level="street", parent=code, actor=BY)
    mother = resident("李文敏", date(1994, 3, 12), "990102001", 122)
    father = resident("欧阳磊", date(1992, 8, 5), "990103001", 121)
    grandmother = resident("王秀兰", date(1968, 1, 2), "990102001", 124)
    home = services.found_household(
        address="云州市云江区清河街道柳荫路 8 号",
        division_code="990102001",
        members=[(grandmother.id, "户主"), (mother.id, "女")],
        actor=BY,
    )
    services.found_household(
        address="云州市南湖区荷塘巷 12 号", division_code="990103001", members=[(father.id, "户主")], actor=BY
    )
    services.record_marriage(husband_id=father.id, wife_id=mother.id, registered_on=date(2022, 5, 20), actor=BY)
    birth = report(mother, father)
    actor = identity_queries.actor_of_subject(mother.id)
    return SimpleNamespace(mother=mother, father=father, home=home, birth=birth, actor=actor)


def resident(name, born, division, serial):
    subject = identity.register_person(
        name=name, number=resident_number(division[:6], born, serial), division_code=division, actor=BY
    )
    return services.record_resident(subject.id, actor=BY)


def report(mother, father, sex="female", weight=3350, born_at=BORN):
    return services.record_birth(
        mother=(mother.name, mother.number),
        father=(father.name, father.number) if father else None,
        born_at=born_at,
        sex=sex,
        weight=weight,
        length=50,
        weeks=39,
        hospital="云州市妇幼保健院",
        division_code="990102",
        actor=BY,
    )


@pytest.fixture
def context(family):
    """Return what an application knows after its look-ups and answers."""
    known = {"applicant.id": str(family.mother.id), "case.number": "2611249901000040000012"}
    known |= services.look_up("birth-delivery", context=known, actor=family.actor, at=AT).facts
    answers = {"given_name": "安然", "surname_of": "father", "household_of": "mother"}
    return known | answers | {"bank_account": "6222020000000001234", "contact_phone": "13900001234"}
