"""The shared data resources (数据资源): key, Chinese name, providing department, and how to find the data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.exchange.libraries import persons, readers
from tongban.exchange.libraries.definitions import Definition, definitions
from tongban.exchange.libraries.hot import person_with_household
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
from tongban.foundation.registry import Registry

Context = Mapping[str, str]
"""The facts and answers that a look-up may use, such as `applicant.id` and `birth.id`."""
PASSED_OVER = "birth.passed_over"
"""The context key of the births (ids, separated by blanks) that a look-up leaves out: twins are applied for in turn."""
NOBODY = UUID(int=0)
"""An id that no row has."""


class DataNotFound(Exception):
    """Nothing was found; the message is the reason in Chinese for the reader."""


@dataclass(frozen=True)
class Found:
    """What a look-up found."""

    facts: Facts
    record_id: UUID | None = None
    """The record that was read, if the resource keeps versions."""
    persons: tuple[UUID, ...] = ()
    """The persons whose data was read, if the context does not name them all."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Key of a fact -> its source (`provider · name`), for facts from another library than that of the resource."""


@dataclass(frozen=True)
class Resource:
    """A shared data resource. `find` returns what it knows for a context, or raises DataNotFound."""

    key: str
    name: str
    provider: str
    find: Callable[[Context], Found]
    whose: tuple[str, ...] = ("child.id", "applicant.id")
    """The context keys that identify whose data is read; the first one that is known counts."""
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Key of a fact -> all values that it may have, for facts by which the catalogue chooses (`open_choices`)."""

    @property
    def source(self) -> str:
        """The source in words, as pages and data uses name it."""
        return f"{self.provider} · {self.name}"


def known_id(context: Context, key: str) -> UUID | None:
    """Return the id under a key of the context, or None if it is missing or not a UUID."""
    try:
        return UUID(context.get(key) or "")
    except ValueError:
        return None


def _person(context: Context, key: str, reason: str) -> Person:
    person = person_with_household(known_id(context, key) or NOBODY)
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


def _resident(context: Context) -> Found:
    return Found(readers.of_applicant(_person(context, "applicant.id", "人口库里没有找到申请人")))


def birth_for(context: Context) -> BirthRecord | None:
    """Return the birth that the context names by its id or child, or else the applicant's newest uncertified one."""
    if birth_id := known_id(context, "birth.id"):
        return BirthRecord.objects.filter(id=birth_id).first()
    if child_id := known_id(context, "child.id"):
        return BirthRecord.objects.filter(child_id=child_id).first()
    person = Person.objects.filter(id=known_id(context, "applicant.id") or NOBODY).first()
    if person is None or not person.number_index:
        return None
    return _newest(BirthRecord.objects.filter(persons.is_parent(person), status=BirthRecord.Status.WAITING), context)


def _newest(births: QuerySet[BirthRecord], context: Context) -> BirthRecord | None:
    if passed_over := context.get(PASSED_OVER):
        births = births.exclude(id__in=[UUID(one) for one in passed_over.split()])
    return max(births.order_by("id"), key=lambda birth: birth.born_at, default=None)


def _birth_delivery(context: Context) -> Found:
    birth = birth_for(context)
    if birth is None:
        raise DataNotFound("没有找到待办理的分娩信息；医院一般在出院前上传，请稍后再试或联系接生医院")
    facts = readers.of_birth(birth)
    return Found(facts, sources=_sources_of_birth(facts))


def _birth_certified(context: Context) -> Found:
    """Return the applicant's newest child whose birth was certified in the city, with what is known of the birth."""
    person = Person.objects.filter(id=known_id(context, "applicant.id") or NOBODY).first()
    births = BirthRecord.objects.filter(child__isnull=False).select_related("child")
    births = births.filter(persons.is_parent(person)) if person and person.number_index else births.none()
    if birth_id := known_id(context, "birth.id"):
        births = births.filter(id=birth_id)
    birth = _newest(births, context)
    if birth is None or birth.child is None:
        raise DataNotFound("没有找到孩子在本市签发的出生医学证明")
    number = {"child.number": birth.child.number} if birth.child.number else {}
    facts = readers.of_birth(birth) | readers.of_certificate(birth, birth.child) | number
    sources = _sources_of_birth(facts) | dict.fromkeys(number, CITIZEN_NUMBER.source)
    return Found(facts, persons=(birth.child.id,), sources=sources)


def _sources_of_birth(facts: Facts) -> dict[str, str]:
    """Return the source of those facts of a birth that the hospital did not report: the addresses of the parents."""
    return dict.fromkeys(facts.keys() & set(readers.ADDRESSES), HOUSEHOLD.source)


def _parents(context: Context) -> Found:
    birth = birth_for(context)
    if birth is None:
        raise DataNotFound("没有找到孩子的父母信息")
    mother, father = readers.parent_of(birth, "mother"), readers.parent_of(birth, "father")
    facts = readers.of_parent("mother", birth.mother_name, birth.mother_number, mother)
    facts |= readers.of_parent("father", birth.father_name, birth.father_number, father)
    return Found(facts, sources=_sources_of_birth(facts))


def _citizen_number(context: Context) -> Found:
    person = _concerned(context)
    if not person.number:
        raise DataNotFound("孩子还没有公民身份号码，办好出生登记后自动取得")
    who = "child" if person.id == known_id(context, "child.id") else "applicant"
    return Found({f"{who}.number": person.number, f"{who}.name": person.name})


def _household(context: Context) -> Found:
    person = _concerned(context)
    if person.household is None:
        raise DataNotFound("没有找到户口登记信息")
    concerned = (person.id, person.household.head_id)
    return Found(readers.of_household(person.household, person), persons=tuple(one for one in concerned if one))


def _marriage(context: Context) -> Found:
    person_id = known_id(context, "mother.id") or known_id(context, "applicant.id")
    marriage = (
        Marriage.objects.select_related("husband", "wife")
        .filter(Q(husband=person_id) | Q(wife=person_id), ended_on__isnull=True)
        .first()
    )
    if marriage is None:
        raise DataNotFound("没有找到婚姻登记信息")
    return Found(readers.of_marriage(marriage), persons=(marriage.husband_id, marriage.wife_id))


def _parents_marriage(context: Context) -> Found:
    """Return the marriage of a child's mother and father with each other.

    A marriage of one of them to somebody else does not count.
    """
    couple = [known_id(context, "mother.id") or NOBODY, known_id(context, "father.id") or NOBODY]
    marriage = (
        Marriage.objects.select_related("husband", "wife")
        .filter(husband__in=couple, wife__in=couple, ended_on__isnull=True)
        .first()
    )
    if marriage is None:
        raise DataNotFound("没有找到孩子父母的婚姻登记信息")
    return Found(readers.of_marriage(marriage), persons=(marriage.husband_id, marriage.wife_id))


def _medical_bills(context: Context) -> Found:
    birth = birth_for(context)
    bills = list(MedicalBill.objects.filter(birth=birth)) if birth else []
    if not bills:
        raise DataNotFound("没有找到这次分娩的医疗收费票据")
    return Found(
        {
            "bills.count": f"{len(bills)} 张",
            "bills.amount": money(sum((b.amount for b in bills), Decimal())),
            "bills.reimbursable": money(sum((b.reimbursable for b in bills), Decimal())),
        }
    )


def _enrolment(context: Context) -> Found:
    enrolment = _enrolment_in_force(_concerned(context).id)
    if enrolment is None:
        raise DataNotFound("没有找到医疗保险参保登记")
    return Found(readers.of_enrolment(enrolment))


def _mothers_enrolment(context: Context) -> Found:
    mother_id = known_id(context, "mother.id")
    enrolment = _enrolment_in_force(mother_id) if mother_id else None
    if enrolment is None:
        raise DataNotFound("没有找到母亲的医疗保险参保登记")
    return Found(readers.of_mothers_enrolment(enrolment))


def _enrolment_in_force(person_id: UUID) -> InsuranceEnrolment | None:
    """Return the enrolment that a person has today, the newest one if the register has two, or None."""
    now = clock.now()
    begun = InsuranceEnrolment.objects.filter(person=person_id, enrolled_at__lte=now).order_by("-enrolled_at", "id")
    return next((one for one in begun if one.lasts_on(clock.legal_day(now))), None)


def _premium(context: Context) -> Found:
    payment = PremiumPayment.objects.filter(enrolment__person=_concerned(context)).order_by("-year").first()
    if payment is None:
        raise DataNotFound("没有找到医疗保险缴费记录")
    return Found(readers.of_payment(payment))


def _card(context: Context) -> Found:
    card = SocialCard.objects.filter(person=_concerned(context)).first()
    if card is None:
        raise DataNotFound("没有找到社会保障卡")
    return Found(readers.of_card(card))


def _vaccination(context: Context) -> Found:
    file = Vaccination.objects.filter(person=_concerned(context)).first()
    if file is None:
        raise DataNotFound("没有找到预防接种档案")
    return Found(readers.of_vaccination(file))


def _enterprise(context: Context) -> Found:
    found = Enterprise.objects.select_related("legal_representative").filter(
        id=known_id(context, "applicant.id") or NOBODY
    )
    enterprise = found.first()
    if enterprise is None:
        raise DataNotFound("法人库里没有找到申请企业")
    return Found(readers.of_enterprise(enterprise))


def _shared(definition: Definition) -> Callable[[Context], Found]:
    """Return the `find` of a resource that has no table of its own: it reads the applicant's current shared record."""

    def find(context: Context) -> Found:
        holder = known_id(context, "applicant.id") or NOBODY
        record = SharedRecord.objects.filter(resource=definition.key, subject_id=holder, superseded_at=None).first()
        if record is None:
            raise DataNotFound(f"{definition.provider}的“{definition.name}”里没有查到记录")
        if record.valid_until is not None and record.valid_until < clock.legal_day(clock.now()):
            raise DataNotFound(f"{definition.provider}的“{definition.name}”已于 {record.valid_until} 到期")
        named = {f"{definition.key}.{key}": str(value) for key, value in record.content.items()}
        return Found(named, record_id=record.id)

    return find


APPLICANT = ("applicant.id",)
BIRTH = ("birth.id", "child.id", "applicant.id")
HOUSEHOLD = Resource("household", "户口登记信息", "市公安局", _household)
CITIZEN_NUMBER = Resource("citizen-number", "公民身份号码", "市公安局", _citizen_number)
resources: Registry[Resource] = Registry("shared data resources")
"""Rooms add resources of their own at start, and register the labels of their facts (`libraries.facts`)."""
for _one in (
    Resource("resident", "人口基础信息", "市公安局", _resident, APPLICANT),
    HOUSEHOLD,
    CITIZEN_NUMBER,
    Resource("parents", "出生人口父母信息", "市卫生健康委员会", _parents, BIRTH),
    Resource("birth-delivery", "分娩信息", "市卫生健康委员会", _birth_delivery, BIRTH),
    Resource("birth-certified", "出生医学证明信息", "市卫生健康委员会", _birth_certified, BIRTH),
    Resource("marriage", "婚姻登记信息", "市民政局", _marriage, ("mother.id", "applicant.id")),
    Resource("parents-marriage", "婚姻登记信息", "市民政局", _parents_marriage, ("mother.id", "applicant.id")),
    Resource("medical-bills", "医疗收费票据", "市财政局", _medical_bills, BIRTH),
    Resource("insurance-enrolment", "医疗保险参保登记信息", "市医疗保障局", _enrolment),
    Resource(
        "mother-enrolment",
        "医疗保险参保登记信息",
        "市医疗保障局",
        _mothers_enrolment,
        ("mother.id",),
        {"mother.insurance": frozenset(InsuranceEnrolment.Kinds.labels)},
    ),
    Resource("premium-payment", "医疗保险缴费信息", "市税务局", _premium),
    Resource("social-card", "社会保障卡信息", "市人力资源和社会保障局", _card),
    Resource("vaccination", "预防接种信息", "市疾病预防控制局", _vaccination),
    Resource("enterprise", "企业登记信息", "市市场监督管理局", _enterprise, APPLICANT),
    *(Resource(one.key, one.name, one.provider, _shared(one), APPLICANT) for one in definitions().values()),
):
    resources.add(_one.key, _one)
