"""The prepared look-up returns what the ORM reads."""

import pytest

from tongban.exchange.libraries.hot import person_with_household
from tongban.exchange.libraries.models import Household, Person
from tongban.foundation.ids import new_id


def fields_of(row):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} if row is not None else None


@pytest.mark.parametrize("has", ["household and head", "household", "nothing"])
def test_a_person_is_read_with_household_and_head(family, has, django_assert_num_queries):
    person = Person.objects.get(id=family.mother.id)
    if has == "nothing":
        Person.objects.filter(id=person.id).update(household=None)
    elif has == "household":
        Household.objects.filter(id=person.household_id).update(head=None)
    orm = Person.objects.select_related("household__head").get(id=person.id)
    with django_assert_num_queries(1):
        found = person_with_household(person.id)
        theirs, head = found.household, found.household.head if found.household else None
    assert fields_of(found) == fields_of(orm)
    assert fields_of(theirs) == fields_of(orm.household)
    assert fields_of(head) == fields_of(orm.household.head if orm.household else None)


def test_an_unknown_person_is_none(db):
    assert person_with_household(new_id()) is None
