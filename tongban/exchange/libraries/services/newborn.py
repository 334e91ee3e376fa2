"""Effects that turn a birth record into a resident: certificate, vaccination file, resident number and household.

Every effect is idempotent: a second call changes nothing and returns the same facts.
"""

import random

from tongban.exchange.libraries import events, persons, readers
from tongban.exchange.libraries.models import BirthRecord, Household, Person, Vaccination
from tongban.exchange.libraries.registers import registers
from tongban.exchange.libraries.rules import resident_number, sequences
from tongban.exchange.libraries.services.locks import Grant
from tongban.exchange.libraries.services.registration import record_resident
from tongban.exchange.libraries.services.series import next_in_series, one_number_at_a_time
from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.names import DOT, person_name, problem_with_given_name
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identity_services

Facts = readers.Facts
WHOLE = "whole"
"""The answer to whose surname the child gets when the parents write the whole name themselves."""
NOT_FROM_PARENTS = "孩子的全名不是以父亲或母亲登记的姓开头，要由工作人员核对姓的由来（《民法典》第一千零一十五条）。"

DOUBLED = "填写的名字已经以所选的姓开头，姓会写成两遍，要由工作人员向申请人核对孩子的全名。"


def certify(grant: Grant) -> Facts:
    """Issue the birth certificate (出生医学证明). From then on the child is a person with a name, but without a number.

    Raises Invalid if the context does not give the child a first name, or a surname that the record supports, and
    Conflict if only a person may decide whether the child may have this name.
    """
    birth = grant.lock_birth()
    if birth.child is None:
        surname, name = _name_of_child(grant, birth)
        subject = identity_services.register_person(
            name=name,
            surname=surname,
            division_code=birth.division_code,
            born=clock.legal_day(birth.born_at),
            actor=grant.actor,
        )
        birth.child = record_resident(subject.id, sex=birth.sex, actor=grant.actor)
        birth.status, birth.certified_at = BirthRecord.Status.CERTIFIED, grant.at
        birth.certificate_number = f"Y{grant.day:%y}{next_in_series(f'birth-certificate:{grant.day.year}'):07d}"
        birth.save(update_fields=["child", "status", "certified_at", "certificate_number"])
        event = events.BirthCertified(subject=birth.id, case_number=grant.case_number, child=str(subject.id))
        grant.announce(event)
    unknown = {key: value for key, value in readers.of_birth(birth).items() if key not in grant.context}
    return unknown | readers.of_certificate(birth, birth.child)


def open_vaccination(grant: Grant) -> Facts:
    """Open the child's vaccination file. Raises Conflict before the certificate is issued."""
    child = _child(grant.lock_birth())
    file = Vaccination.objects.filter(person=child).first()
    if file is None:
        file = Vaccination.objects.create(
            person=child, number=grant.number("YF"), clinic=registers().vaccination_clinic, opened_at=grant.at
        )
        grant.announce(events.VaccinationOpened(subject=child.id, case_number=grant.case_number))
    return readers.of_vaccination(file)


def register(grant: Grant) -> Facts:
    """Register the newborn in the chosen parent's household, and assign its resident number (户口登记).

    Raises Conflict before the certificate is issued, or if that parent has no household in the city.
    """
    birth = grant.lock_birth()
    child = _child(birth)
    if birth.status != BirthRecord.Status.REGISTERED:
        household = _household_of(grant, birth)
        child = Person.objects.select_for_update().get(id=child.id)
        child.number = _free_number(household, child)
        subject = identity_services.assign_number(child.id, number=child.number, actor=grant.actor)
        child.number_index = subject.number_index
        child.household, child.role_in_household = household, _role(household, child, birth)
        child.address, child.division_code = household.address, household.division_code
        child.save()
        birth.status, birth.registered_at = BirthRecord.Status.REGISTERED, grant.at
        birth.save(update_fields=["status", "registered_at"])
        event = events.NewbornRegistered(subject=child.id, case_number=grant.case_number, household=str(household.id))
        grant.announce(event)
    child = Person.objects.select_related("household__head").get(id=child.id)
    assert child.household is not None
    return {
        "child.number": child.number,
        "child.name": child.name,
        "child.address": child.address,
        **readers.of_household(child.household, child),
    }


def _child(birth: BirthRecord) -> Person:
    if birth.child is None:
        raise Conflict("孩子还没有签发出生医学证明，请先办好出生医学证明。")
    return birth.child


def _name_of_child(grant: Grant, birth: BirthRecord) -> tuple[str, str]:
    """Return the child's surname, "" where none is known, and the whole name."""
    given = person_name(grant.context.get("given_name") or grant.context.get("child.given_name", ""))
    if not given:
        raise Invalid("还没有给孩子取名，请填写孩子的名字。", field="given_name")
    if problem := problem_with_given_name(given):
        raise Invalid(f"孩子的名字{problem}。", field="given_name")
    chosen = grant.context.get("surname_of")
    if chosen == WHOLE:
        return _whole_name(grant, birth, given)
    who = "father" if chosen == "father" else "mother"
    parent = birth.father_name if who == "father" else birth.mother_name
    if not parent:
        raise Invalid("医院的记录里没有父亲的信息，请选择随母姓。", field="surname_of")
    surname = readers.surname_of_parent(parent, readers.parent_of(birth, who))
    if not surname:
        raise Invalid("这位家长的姓名里没有单独的姓，请选择“自己写全名”，写上孩子的全名。", field="surname_of")
    if grant.actor.machine and given.startswith(surname):
        raise Conflict(DOUBLED)
    return surname, surname + given


def _whole_name(grant: Grant, birth: BirthRecord, name: str) -> tuple[str, str]:
    """Return the surname that is known of a whole name, and the name. Raises Conflict if only a person may grant it.

    A child has the surname of a parent, and another one for reasons that a person examines (民法典第一千零一十五条).
    The machine relies on recorded surnames. A minority's name follows its custom (same article): the child's own name,
    then that of a parent who has no separate surname.
    """
    parents = [readers.parent_of(birth, "father"), readers.parent_of(birth, "mother")]
    recorded = {parent.surname for parent in parents if parent and parent.surname}
    known = [surname for surname in recorded if name.startswith(surname) and len(name) > len(surname)]
    if known:
        return max(known, key=len), name
    own = [whole.split(DOT)[0] for whole in (birth.father_name, birth.mother_name) if DOT in whole]
    if grant.actor.machine and not any(name.endswith(DOT + first) for first in own):
        raise Conflict(NOT_FROM_PARENTS)
    return "", name


def _household_of(grant: Grant, birth: BirthRecord) -> Household:
    who = "father" if grant.context.get("household_of") == "father" else "mother"
    parent = readers.parent_of(birth, who)
    if parent is None or parent.household is None:
        word = "父亲" if who == "father" else "母亲"
        raise Conflict(f"{word}在本市没有户口登记，请改为随另一方落户，或到派出所窗口办理。")
    return parent.household


def _role(household: Household, child: Person, birth: BirthRecord) -> str:
    """Return the child's relation to the head of the household: child, grandchild or other relative (GB/T 4761)."""
    word = "子" if child.sex == "male" else "女"
    parents = {*persons.indexes_of_parent(birth, "mother"), *persons.indexes_of_parent(birth, "father")}
    if household.head and household.head.number_index in parents:
        return word
    grown = household.members.filter(number_index__in=parents).order_by("id")
    heads_child = next((member for member in grown if member.role_in_household in {"子", "女"}), None)
    if heads_child is None:
        return "其他亲属"
    if heads_child.sex == "male":
        return f"孙{word}"
    return "外孙" if child.sex == "male" else "外孙女"


def _free_number(household: Household, child: Person) -> str:
    """Draw a resident number that nobody has.

    Numbers are drawn, not counted: a counter for each place, day and sex would reveal which numbers are in use.
    Raises Conflict if none is left.
    """
    district, given = household.division_code[:6], sequences(child.sex)
    one_number_at_a_time()
    for serial in random.SystemRandom().sample(given, len(given)):
        number = resident_number(district, child.born, serial)
        if identity.subject_by_number(number) is None:
            return number
    raise Conflict("这一天的顺序码已经用完，请联系户政管理部门处理。")
