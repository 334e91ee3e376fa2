"""Entries that departments make in their libraries: residents, households, marriages, births, bills, enterprises.

Services raise Invalid for incomplete or wrong data, NotFound for unknown persons, and Conflict for what exists already.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongban.exchange.libraries import events
from tongban.exchange.libraries.models import (
    BirthRecord,
    Enterprise,
    Household,
    InsuranceEnrolment,
    Marriage,
    MedicalBill,
    Person,
)
from tongban.exchange.libraries.registers import registers
from tongban.exchange.libraries.services.enrolments import begin_or_resume
from tongban.exchange.libraries.services.series import next_in_series
from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.codes import is_resident_number
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.names import person_name
from tongban.foundation.typed import resident_number
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.rules import NUMBER_PURPOSE, sex_of
from tongban.trust.crypto.services import blind_index, blind_indexes, hold_value


@transaction.atomic
def record_resident(subject_id: UUID, *, address: str = "", sex: str = "", actor: Actor) -> Person:
    """Enter a person that identity knows into the population library."""
    subject = identity.subject(subject_id)
    sex = sex or sex_of(subject.number)
    if subject.kind != subject.Kinds.PERSON or subject.born is None or sex not in {"male", "female"}:
        raise Invalid("只有自然人才能进入人口库，并且要有出生日期和性别。")
    if Person.objects.filter(id=subject_id).exists():
        raise Conflict("这个人已在人口库里。")
    person = Person.objects.create(
        id=subject_id,
        name=subject.name,
        surname=subject.surname,
        number=subject.number,
        number_index=blind_index(subject.number, purpose=NUMBER_PURPOSE) if subject.number else None,
        sex=sex,
        born=subject.born,
        division_code=subject.division_code,
        address=address,
    )
    announce(events.ResidentRecorded(subject=person.id), actor=actor, at=clock.now())
    return person


@transaction.atomic
def found_household(*, address: str, division_code: str, members: list[tuple[UUID, str]], actor: Actor) -> Household:
    """Create a household (立户). `members` are (person id, relation to the head), the head (户主) first."""
    if not members or members[0][1] != "户主":
        raise Invalid("请先填写户主，再填写其他家庭成员。")
    now = clock.now()
    people = {p.id: p for p in Person.objects.select_for_update().filter(id__in=[m for m, _ in members])}
    if len(people) != len(members):
        raise NotFound("有家庭成员不在人口库里，请先登记。")
    if any(p.household_id for p in people.values()):
        raise Conflict("有家庭成员已在别的户里，请先办理迁出。")
    number = f"{division_code[:6]}{next_in_series(f'household:{division_code[:6]}'):06d}"
    household = Household.objects.create(
        number=number, head=people[members[0][0]], address=address, division_code=division_code, founded_at=now
    )
    for person_id, role in members:
        person = people[person_id]
        person.household, person.role_in_household, person.address = household, role, address
        person.save(update_fields=["household", "role_in_household", "address"])
    announce(events.HouseholdFounded(subject=household.id), actor=actor, at=now)
    return household


@transaction.atomic
def record_marriage(*, husband_id: UUID, wife_id: UUID, registered_on: date, actor: Actor) -> Marriage:
    """Enter a registered marriage. Each person may have one at a time."""
    husband, wife = Person.objects.filter(id=husband_id).first(), Person.objects.filter(id=wife_id).first()
    if husband is None or wife is None:
        raise NotFound("双方都要先在人口库里登记。")
    pair = Q(husband__in=[husband, wife]) | Q(wife__in=[husband, wife])
    if Marriage.objects.filter(pair, ended_on__isnull=True).exists():
        raise Conflict("其中一方已有存续的婚姻登记。")
    series = next_in_series(f"marriage:{registered_on.year}")
    number = registers().marriage_number(registered_on.year, series)
    marriage = Marriage.objects.create(number=number, husband=husband, wife=wife, registered_on=registered_on)
    announce(events.MarriageRecorded(subject=marriage.id), actor=actor, at=clock.now())
    return marriage


@transaction.atomic
def record_birth(
    *,
    mother: tuple[str, str],
    father: tuple[str, str] | None,
    born_at: datetime,
    sex: str,
    weight: int,
    length: int,
    weeks: int,
    hospital: str,
    division_code: str,
    actor: Actor,
) -> BirthRecord:
    """Record a delivery that a hospital reports. Parents are (name, resident number).

    `weight` is in grams, `length` in centimetres, `weeks` in weeks of pregnancy. Raises Conflict if the mother already
    has a record with the same time, sex and weight.
    """
    now = clock.now()
    mother, father = _spelled(mother), _spelled(father) if father else None
    for name, number in filter(None, (mother, father)):
        if not name or not is_resident_number(number, clock.legal_day(now)):
            raise Invalid("父母的姓名和公民身份号码要完整、校验位要正确。", field="parents")
    if sex not in {"male", "female"}:
        raise Invalid("请填写新生儿的性别。", field="sex")
    if born_at > now:
        raise Invalid("出生时间不能晚于现在。", field="born_at")
    hold_value(mother[1], purpose=NUMBER_PURPOSE)
    indexes = blind_indexes(mother[1], purpose=NUMBER_PURPOSE)
    reported = (born_at, sex, weight)
    if any((b.born_at, b.sex, b.weight) == reported for b in BirthRecord.objects.filter(mother_index__in=indexes)):
        raise Conflict("这次分娩已经上报。")
    birth = BirthRecord.objects.create(
        mother_name=mother[0],
        mother_number=mother[1],
        mother_index=indexes[0],
        father_name=father[0] if father else "",
        father_number=father[1] if father else "",
        father_index=blind_index(father[1], purpose=NUMBER_PURPOSE) if father else None,
        born_at=born_at,
        sex=sex,
        weight=weight,
        length=length,
        weeks=weeks,
        hospital=hospital,
        division_code=division_code,
        reported_at=now,
    )
    announce(events.BirthReported(subject=birth.id), actor=actor, at=now)
    return birth


def _spelled(parent: tuple[str, str]) -> tuple[str, str]:
    return person_name(parent[0]), resident_number(parent[1])


@transaction.atomic
def record_medical_bill(
    *,
    patient_id: UUID,
    birth_id: UUID | None = None,
    hospital: str,
    amount: Decimal,
    reimbursable: Decimal,
    issued_on: date,
    actor: Actor,
) -> MedicalBill:
    """Enter a medical bill, and the amount that the insurance covers, in yuan."""
    if not Decimal(0) <= reimbursable <= amount:
        raise Invalid("可报销金额不能超过票据金额。", field="reimbursable")
    bill = MedicalBill.objects.create(
        number=registers().bill_number(issued_on.year, next_in_series(f"bill:{issued_on.year}")),
        patient_id=patient_id,
        birth_id=birth_id,
        hospital=hospital,
        amount=amount,
        reimbursable=reimbursable,
        issued_on=issued_on,
    )
    announce(events.MedicalBillRecorded(subject=bill.id), actor=actor, at=clock.now())
    return bill


@transaction.atomic
def record_enrolment(person_id: UUID, *, kind: str, enrolled_at: datetime, actor: Actor) -> InsuranceEnrolment:
    """Enter a person's enrolment in the `resident` or `employee` medical insurance.

    It ends the other one (`enrolments.begin_or_resume`). Entering the same again changes nothing.
    """
    person = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotFound("参保人要先在人口库里登记。")
    if kind not in InsuranceEnrolment.Kinds.values:
        raise Invalid("险种只能是职工医保或者居民医保。", field="kind")
    enrolment, changed = begin_or_resume(person, kind, at=enrolled_at)
    if changed:
        announce(events.EnrolmentRecorded(subject=person.id), actor=actor, at=clock.now())
    return enrolment


@transaction.atomic
def entitle_representatives(*, actor: Actor) -> int:
    """Entitle the legal representatives of all open enterprises to act for them. Return how many there are.

    For enterprises that were recorded before `record_enterprise` did so.
    """
    firms = Enterprise.objects.filter(closed_on=None).values_list("id", "legal_representative_id")
    for enterprise_id, person_id in firms:
        identities.entitle_representative(enterprise_id, person_id=person_id, actor=actor)
    return len(firms)


@transaction.atomic
def record_enterprise(
    subject_id: UUID,
    *,
    kind: str,
    legal_representative_id: UUID,
    industry: str,
    capital: str,
    scope: str,
    address: str,
    established_on: date,
    actor: Actor,
) -> Enterprise:
    """Enter an organisation that identity knows into the library of legal persons, and entitle its representative."""
    subject = identity.subject(subject_id)
    if subject.kind != subject.Kinds.ORGANISATION:
        raise Invalid("只有法人或其他组织才能进入法人库。")
    if Enterprise.objects.filter(id=subject_id).exists():
        raise Conflict("这个企业已在法人库里。")
    enterprise = Enterprise.objects.create(
        id=subject_id,
        name=subject.name,
        uscc=subject.number,
        kind=kind,
        legal_representative_id=legal_representative_id,
        industry=industry,
        capital=capital,
        scope=scope,
        address=address,
        division_code=subject.division_code,
        established_on=established_on,
    )
    announce(events.EnterpriseRecorded(subject=enterprise.id), actor=actor, at=clock.now())
    identities.entitle_representative(subject_id, person_id=legal_representative_id, actor=actor)
    return enterprise


@transaction.atomic
def change_representative(enterprise_id: UUID, *, person_id: UUID, reason: str, actor: Actor) -> Enterprise:
    """Change the legal representative of an enterprise.

    The former one may no longer act for it, and its agents need the new one's confirmation.
    """
    enterprise = Enterprise.objects.select_for_update().filter(id=enterprise_id).first()
    person = Person.objects.filter(id=person_id).first()
    if enterprise is None or person is None:
        raise NotFound("没有找到这个企业或这个人的登记，请先登记。")
    if enterprise.legal_representative_id == person_id:
        return enterprise
    former = enterprise.legal_representative_id
    enterprise.legal_representative = person
    enterprise.save(update_fields=["legal_representative"])
    event = events.RepresentativeChanged(subject=enterprise.id, former=str(former), present=str(person_id))
    announce(event, actor=actor, at=clock.now(), reason=reason)
    identities.end_representation(enterprise_id, person_id=former, reason=reason, actor=actor)
    identities.entitle_representative(enterprise_id, person_id=person_id, actor=actor)
    return enterprise
