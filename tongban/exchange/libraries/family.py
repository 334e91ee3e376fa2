"""Family relations according to the registers. They fill a port of identity (`identity.ports.family`)."""

from uuid import UUID

from django.db.models import Q

from tongban.exchange.libraries.models import BirthRecord, Marriage, Person
from tongban.exchange.libraries.persons import is_parent

HEAD, SPOUSE = "户主", "配偶"
CHILDREN = {"子", "女", "长子", "次子", "长女", "次女", "独生子", "独生女", "养子", "养女"}
SEX_WORDS = {("parent", "male"): "父亲", ("parent", "female"): "母亲"} | {
    ("child", "male"): "儿子",
    ("child", "female"): "女儿",
}


def is_guardian_of(guardian: UUID, child: UUID) -> bool:
    """Return whether the guardian is a living parent of the child, by birth record or household register."""
    return child in _children([guardian])


def children_of(parent: UUID) -> list[UUID]:
    """Return the ids of somebody's living children, by birth record or household register."""
    return sorted(_children([parent]))


def relation_of(principal: UUID, helper: UUID) -> str:
    """Return the helper's registered relation to the principal in words (配偶, 儿子 …), or an empty string."""
    persons = {p.id: p for p in Person.objects.filter(id__in=[principal, helper], died_on__isnull=True)}
    if len(persons) != 2:
        return ""
    pair = Q(husband=principal, wife=helper) | Q(husband=helper, wife=principal)
    if Marriage.objects.filter(pair, ended_on__isnull=True).exists():
        return SPOUSE
    if helper in _children([principal]):
        return SEX_WORDS["child", persons[helper].sex]
    if principal in _children([helper]):
        return SEX_WORDS["parent", persons[helper].sex]
    return ""


def _children(parents: list[UUID]) -> set[UUID]:
    """Return the living children of the living parents among `parents`.

    Children come from birth records, and from household registers: children of the head also count as the spouse's.
    """
    adults = list(Person.objects.filter(id__in=parents, died_on__isnull=True))
    births = BirthRecord.objects.filter(is_parent(*adults), child_id__isnull=False)
    found = set(births.values_list("child_id", flat=True))
    heads = [a.household_id for a in adults if a.household_id and a.role_in_household in {HEAD, SPOUSE}]
    if heads:
        at_home = Person.objects.filter(household_id__in=heads).only("id", "role_in_household")
        found |= {member.id for member in at_home if member.role_in_household in CHILDREN}
    living = Person.objects.filter(id__in=found, died_on__isnull=True)
    return set(living.values_list("id", flat=True))
