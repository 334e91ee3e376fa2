"""Who is named by number in another row: while an index key is being replaced, the two may lie under different keys."""

from django.db.models import Q

from tongban.exchange.libraries.models import BirthRecord, Person
from tongban.people.identity.rules import NUMBER_PURPOSE
from tongban.trust.crypto.services import any_of, indexes_of


def is_parent(*persons: Person) -> Q:
    """Of births: one of the persons is the mother or the father."""
    named = ((person.number_index, lambda person=person: person.number) for person in persons)
    indexes = any_of(named, purpose=NUMBER_PURPOSE)
    return Q(mother_index__in=indexes) | Q(father_index__in=indexes)


def indexes_of_parent(birth: BirthRecord, who: str) -> list[str]:
    """All indexes of a parent's number; none where the hospital named no such parent."""
    if who == "mother":
        return indexes_of(birth.mother_index, lambda: birth.mother_number, purpose=NUMBER_PURPOSE)
    return indexes_of(birth.father_index, lambda: birth.father_number, purpose=NUMBER_PURPOSE)
