"""ASK: labels of facts, name checks, and a reader's own births and children.

Shared data is looked up by `services.look_up`, which records it. What is asked here is not recorded, and the privacy
page says so (ADR 0014).
"""

from datetime import date
from uuid import UUID

from django.db.models import Q

from tongban.exchange.libraries.facts import labels
from tongban.exchange.libraries.models import BirthRecord, Person
from tongban.exchange.libraries.persons import is_parent
from tongban.exchange.libraries.resources import resources
from tongban.foundation import typed
from tongban.foundation.names import same_name
from tongban.people.identity.rules import NUMBER_PURPOSE, is_minor
from tongban.trust.crypto.services import any_of, blind_indexes


def label_of(fact: str) -> str:
    """Return the Chinese label of a fact, or the key itself if it has none."""
    return labels.get(fact) or fact


def resource_names() -> frozenset[str]:
    """Return the keys that the materials of an item may name."""
    return frozenset(resources.names())


def fact_values(resource: str) -> dict[str, frozenset[str]]:
    """Return the facts of a resource by which the catalogue may choose, with all values that each may have."""
    found = resources.get(resource)
    return dict(found.values) if found else {}


def name_agrees(name: str, number: str) -> bool:
    """Return whether the population library has this resident number under this name (二要素核验)."""
    person = Person.objects.filter(
        number_index__in=blind_indexes(typed.resident_number(number), purpose=NUMBER_PURPOSE)
    ).first()
    return person is not None and same_name(person.name, name)


def births_waiting_of(mother_id: UUID) -> list[UUID]:
    """Return the births of a mother for which no certificate has been issued yet. Two queries, and no content."""
    mother = _numbered(mother_id)
    if mother is None:
        return []
    indexes = any_of([(mother.number_index, lambda: mother.number)], purpose=NUMBER_PURPOSE)
    return _waiting(Q(mother_index__in=indexes))


def births_waiting_of_parent(parent_id: UUID) -> list[UUID]:
    """Return the births of a mother or father for which no certificate has been issued yet. As `births_waiting_of`."""
    parent = _numbered(parent_id)
    return _waiting(is_parent(parent)) if parent else []


def minor_children_of(person_id: UUID, day: date) -> list[tuple[UUID, date]]:
    """Return (id, day of birth) of somebody's children who are under eighteen on the day, the youngest first.

    Only birth records count here. Guardianship also goes by household registers (`family.children_of`).
    """
    person = _numbered(person_id)
    if person is None:
        return []
    births = BirthRecord.objects.filter(is_parent(person), child__isnull=False)
    children = Person.objects.filter(id__in=births.values("child_id")).order_by("id")
    young = [(child.id, child.born) for child in children if is_minor(child.born, day)]
    return sorted(young, key=lambda one: one[1], reverse=True)


def _numbered(person_id: UUID) -> Person | None:
    """Return a person with their number, without the rest. None for somebody unknown or without a number."""
    person = Person.objects.filter(id=person_id).only("id", "number", "number_index").first()
    return person if person is not None and person.number_index else None


def _waiting(births: Q) -> list[UUID]:
    waiting = BirthRecord.objects.filter(births, status=BirthRecord.Status.WAITING)
    return list(waiting.order_by("reported_at").values_list("id", flat=True))
