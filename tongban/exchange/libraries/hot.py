"""The look-up that every application makes, as a prepared statement; a test compares it with what the ORM reads."""

from functools import cache
from uuid import UUID

from tongban.exchange.libraries.models import Household, Person
from tongban.foundation.prepared import fetch_one
from tongban.foundation.rows import columns, instance, width


def person_with_household(person_id: UUID) -> Person | None:
    """Return a person with their household and its head, or None."""
    row = fetch_one(_statement(), [person_id])
    if row is None:
        return None
    ours, theirs = width(Person), width(Person) + width(Household)
    person = instance(Person, row[:ours])
    person.household = instance(Household, row[ours:theirs]) if person.household_id else None
    if person.household is not None:
        person.household.head = instance(Person, row[theirs:]) if person.household.head_id else None
    return person


@cache
def _statement() -> str:
    return (
        f"SELECT {columns(Person, 'p')}, {columns(Household, 'h')}, {columns(Person, 'f')} FROM libraries_person p"
        " LEFT JOIN libraries_household h ON h.id = p.household_id LEFT JOIN libraries_person f ON f.id = h.head_id"
        " WHERE p.id = %s"
    )
