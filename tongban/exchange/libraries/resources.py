"""The shared data resources (数据资源): key, Chinese name, providing department, and how to find the data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from tongban.exchange.libraries import persons, readers
from tongban.exchange.libraries.definitions import Definition, definitions
from tongban.exchange.libraries.models import (
    BirthRecord,
    Enterprise,
    InsuranceEnrolment,
    Marriage,
    MedicalBill,
    Person,
    PremiumPayment,
    SharedRecord,
    SocialCard,
    Vaccination,
)
from tongban.exchange.libraries.readers import Facts
from tongban.exchange.libraries.rules import money
from tongban.foundation import clock

Context = Mapping[str, str]
"""The facts and answers that a look-up may use, such as `applicant.id` and `birth.id`."""
NOBODY = UUID(int=0)
"""An id that no row has."""


class DataNotFound(Exception):
    """Nothing was found; the message is the reason in Chinese for the reader."""


@dataclass(frozen=True)
class Resource:
    """A shared data resource. `find` returns its facts for a context, or raises DataNotFound."""

    key: str
    name: str
    provider: str
    find: Callable[[Context], Facts]
    whose: tuple[str, ...] = ("child.id", "applicant.id")
    """The context keys that identify whose data is read; the first one that is known counts."""


def known_id(context: Context, key: str) -> UUID | None:
    """Return the id under a key of the context, or None if it is missing or not a UUID."""
    try:
        return UUID(context.get(key) or "")
    except ValueError:
        return None


def _person(context: Context, key: str, reason: str) -> Person:
    person = Person.objects.select_related("household__head").filter(id=known_id(context, key) or NOBODY).first()
    if person is None:
        raise DataNotFound(reason)
    return person


def _concerned(context: Context) -> Person:
    """Return the child if the context names a child or a birth, else the applicant. Raises DataNotFound.

    If the child of a birth does not exist yet, the parent's data must not be read in its place.
    """
    if known_id(context, "child.id") or known_id(context, "birth.id"):
        return _person(context, "child.id", "孩子还没有签发出生医学证明")
    return _person(context, "applicant.id", "人口库里没有找到申请人")


def _resident(context: Context) -> Facts:
    return readers.of_applicant(_person(context, "applicant.id", "人口库里没有找到申请人"))


def birth_for(context: Context) -> BirthRecord | None:
    """Return the birth that the context names by its id or child, or else the applicant's newest uncertified one."""
    if birth_id := known_id(context, "birth.id"):
        return BirthRecord.objects.filter(id=birth_id).first()
    if child_id := known_id(context, "child.id"):
        return BirthRecord.objects.filter(child_id=child_id).first()
    person = Person.objects.filter(id=known_id(context, "applicant.id") or NOBODY).first()
    if person is None or not person.number_index:
        return None
    waiting = BirthRecord.objects.filter(persons.is_parent(person), status=BirthRecord.Status.WAITING).order_by("id")
    return max(waiting, key=lambda birth: birth.born_at, default=None)


def _birth_delivery(context: Context) -> Facts:
    birth = birth_for(context)
    if birth is None:
        raise DataNotFound("没有找到您名下待办理的分娩信息；医院一般在出院前上传，请稍后再试或联系接生医院")
    return readers.of_birth(birth)


def _parents(context: Context) -> Facts:
    birth = birth_for(context)
    if birth is None:
        raise DataNotFound("没有找到孩子的父母信息")
    mother, father = readers.parent_of(birth, "mother"), readers.parent_of(birth, "father")
    return readers.of_parent("mother", birth.mother_name, birth.mother_number, mother) | readers.of_parent(
        "father", birth.father_name, birth.father_number, father
    )


def _citizen_number(context: Context) -> Facts:
    person = _concerned(context)
    if not person.number:
        raise DataNotFound("孩子还没有公民身份号码，办好出生登记后自动取得")
    who = "child" if person.id == known_id(context, "child.id") else "applicant"
    return {f"{who}.number": person.number, f"{who}.name": person.name}


def _household(context: Context) -> Facts:
    person = _concerned(context)
    if person.household is None:
        raise DataNotFound("没有找到户口登记信息")
    head = person.household.head_id
    return readers.of_household(person.household, person) | {PERSONS: f"{person.id} {head or ''}"}


def _marriage(context: Context) -> Facts:
    person_id = known_id(context, "mother.id") or known_id(context, "applicant.id")
    marriage = (
        Marriage.objects.select_related("husband", "wife")
        .filter(Q(husband=person_id) | Q(wife=person_id), ended_on__isnull=True)
        .first()
    )
    if marriage is None:
        raise DataNotFound("没有找到婚姻登记信息")
    return readers.of_marriage(marriage) | {PERSONS: f"{marriage.husband_id} {marriage.wife_id}"}


def _medical_bills(context: Context) -> Facts:
    birth = birth_for(context)
    bills = list(MedicalBill.objects.filter(birth=birth)) if birth else []
    if not bills:
        raise DataNotFound("没有找到这次分娩的医疗收费票据")
    return {
        "bills.count": f"{len(bills)} 张",
        "bills.amount": money(sum((b.amount for b in bills), Decimal())),
        "bills.reimbursable": money(sum((b.reimbursable for b in bills), Decimal())),
    }


def _enrolment(context: Context) -> Facts:
    enrolment = InsuranceEnrolment.objects.filter(person=_concerned(context)).order_by("-enrolled_at").first()
    if enrolment is None:
        raise DataNotFound("没有找到医疗保险参保登记")
    return readers.of_enrolment(enrolment)


def _premium(context: Context) -> Facts:
    payment = PremiumPayment.objects.filter(enrolment__person=_concerned(context)).order_by("-year").first()
    if payment is None:
        raise DataNotFound("没有找到医疗保险缴费记录")
    return readers.of_payment(payment)


def _card(context: Context) -> Facts:
    card = SocialCard.objects.filter(person=_concerned(context)).first()
    if card is None:
        raise DataNotFound("没有找到社会保障卡")
    return readers.of_card(card)


def _vaccination(context: Context) -> Facts:
    file = Vaccination.objects.filter(person=_concerned(context)).first()
    if file is None:
        raise DataNotFound("没有找到预防接种档案")
    return readers.of_vaccination(file)


def _enterprise(context: Context) -> Facts:
    found = Enterprise.objects.select_related("legal_representative").filter(
        id=known_id(context, "applicant.id") or NOBODY
    )
    enterprise = found.first()
    if enterprise is None:
        raise DataNotFound("法人库里没有找到申请企业")
    return readers.of_enterprise(enterprise)


def _shared(definition: Definition) -> Callable[[Context], Facts]:
    """Return the `find` of a resource that has no table of its own: it reads the applicant's current shared record."""

    def find(context: Context) -> Facts:
        holder = known_id(context, "applicant.id") or NOBODY
        record = SharedRecord.objects.filter(resource=definition.key, subject_id=holder, superseded_at=None).first()
        if record is None:
            raise DataNotFound(f"{definition.provider}的“{definition.name}”里没有查到您的记录")
        if record.valid_until is not None and record.valid_until < clock.legal_day(clock.now()):
            raise DataNotFound(f"{definition.provider}的“{definition.name}”已于 {record.valid_until} 到期")
        named = {f"{definition.key}.{key}": str(value) for key, value in record.content.items()}
        return named | {RECORD: str(record.id)}

    return find


RECORD = "shared.record"
"""Key under which `find` returns the id of the record that was read."""
PERSONS = "persons"
"""Key under which `find` returns the ids of the persons whose data was read, if the context does not name them all."""
APPLICANT = ("applicant.id",)
BIRTH = ("birth.id", "child.id", "applicant.id")
RESOURCES: dict[str, Resource] = {
    r.key: r
    for r in (
        Resource("resident", "人口基础信息", "市公安局", _resident, APPLICANT),
        Resource("household", "户口登记信息", "市公安局", _household),
        Resource("citizen-number", "公民身份号码", "市公安局", _citizen_number),
        Resource("parents", "出生人口父母信息", "市卫生健康委员会", _parents, BIRTH),
        Resource("birth-delivery", "分娩信息", "市卫生健康委员会", _birth_delivery, BIRTH),
        Resource("marriage", "婚姻登记信息", "市民政局", _marriage, ("mother.id", "applicant.id")),
        Resource("medical-bills", "医疗收费票据", "市财政局", _medical_bills, BIRTH),
        Resource("insurance-enrolment", "医疗保险参保登记信息", "市医疗保障局", _enrolment),
        Resource("premium-payment", "医疗保险缴费信息", "市税务局", _premium),
        Resource("social-card", "社会保障卡信息", "市人力资源和社会保障局", _card),
        Resource("vaccination", "预防接种信息", "市疾病预防控制局", _vaccination),
        Resource("enterprise", "企业登记信息", "市市场监督管理局", _enterprise, APPLICANT),
        *(Resource(one.key, one.name, one.provider, _shared(one), APPLICANT) for one in definitions().values()),
    )
}
