"""Match persons with rows that name them by their number.

While an index key is being replaced, the blind indexes of the two rows may come from different keys, so all indexes
of a number are compared.
"""

from django.db.models import Q

from tongban.exchange.libraries.models import BirthRecord, Person
from tongban.people.identity.rules import NUMBER_PURPOSE
from tongban.trust.crypto.services import any_of, indexes_of


def is_parent(*persons: Person) -> Q:
    """Return the condition for births whose mother or father is one of the persons."""
    named = ((person.number_index, lambda person=person: person.number) for person in persons)
    indexes = any_of(named, purpose=NUMBER_PURPOSE)
    return Q(mother_index__in=indexes) | Q(father_index__in=indexes)


def indexes_of_parent(birth: BirthRecord, who: str) -> list[str]:
    """Return all indexes of the number of a parent (`mother` or `father`), or none if the record names none."""
    if who == "mother":
        return indexes_of(birth.mother_index, lambda: birth.mother_number, purpose=NUMBER_PURPOSE)
    return indexes_of(birth.father_index, lambda: birth.father_number, purpose=NUMBER_PURPOSE)
