"""Many persons in households, with identity cards and household registers, written in bulk."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random
from uuid import UUID

from django.db import transaction

from tongban.demo.city.bulk.copying import cell, copy, row_of
from tongban.exchange.libraries import events as library_events
from tongban.exchange.libraries.models import Household, Person
from tongban.exchange.libraries.rules import SEX_WORDS, day_in_words, resident_number
from tongban.exchange.licences import events as licence_events
from tongban.exchange.licences import finding
from tongban.exchange.licences.models import Licence, LicenceType, new_salt, new_verify_code
from tongban.exchange.licences.rules import make_identifier
from tongban.exchange.licences.seals import record_bytes
from tongban.foundation import clock
from tongban.foundation.announcements.events import Event
from tongban.foundation.ids import new_id
from tongban.foundation.names import proposed_surname
from tongban.people.identity import events as identity_events
from tongban.people.identity.actors import machine
from tongban.people.identity.models import Subject
from tongban.people.identity.rules import NUMBER_PURPOSE
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.models import Department
from tongban.people.signin import events as signin_events
from tongban.people.signin.models import Proof
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.models import Entry

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚玲华红健俊峰宇欣怡晨浩然子轩梓涵雨桐思远嘉琪文博一诺若溪亦辰可心国庆建业志"
    "秀英玉兰桂芬德福永"
)
ROADS = ("柳荫路", "滨江大道", "荷塘巷", "松涛路", "软件园东路", "银杏大街", "书院街", "东门街", "桥南路", "山语路")
FIRST_SEQUENCE = 200
"""The first sequence number of bulk persons, beyond those of the small city."""
BATCH = 2000
BY = machine("demo-city/bulk")


@dataclass
class Resident:
    """A person of the crowd, with the data that applications need."""

    id: UUID
    name: str
    number: str
    number_index: str
    phone: str
    address: str
    household: str
    division_code: str
    sex: str
    born: date
    held: dict[str, UUID] = field(default_factory=dict)
    """Licence type -> id of the licence."""

    @cached_property
    def texts(self) -> dict[str, bytes]:
        """The person's values for the holes of a pattern, by name."""
        found = {
            "id": str(self.id), "name": self.name, "number": self.number, "number_index": self.number_index,
            "phone": self.phone, "address": self.address, "household": self.household,
            "division_code": self.division_code, "sex_fact": sex_fact(self.sex), "born_fact": born_fact(self.born),
        }  # fmt: skip
        return {name: text.encode() for name, text in found.items()}

    @cached_property
    def cells(self) -> dict[str, bytes]:
        """The same values as cells."""
        return {name: cell(text) for name, text in self.texts.items()} | {"id": cell(self.id.bytes)}


def sex_fact(sex: str) -> str:
    """Return the sex as it appears in the facts of an application."""
    return f'"applicant.sex":"{SEX_WORDS[sex]}"'


def born_fact(born: date) -> str:
    """Return the date of birth as it appears in the facts of an application."""
    return f'"applicant.born":"{day_in_words(born)}"'


def settle(count: int, chance: Random) -> None:
    """Add `count` persons in batches, each in one transaction."""
    made = 0
    places = list(organisation.divisions().filter(level="community").order_by("code").values_list("code", flat=True))
    while made < count:
        size = min(BATCH, count - made)
        _batch(size, places, chance)
        made += size


def residents() -> list[Resident]:
    """Return the persons of the crowd who hold licences, ordered by id."""
    held: dict[UUID, dict[str, UUID]] = {}
    rows = Licence.objects.filter(case_number="", type__key__in=["id-card", "household-register"], status="valid")
    for holder, key, licence_id in rows.values_list("holder_id", "type__key", "id").iterator():
        held.setdefault(holder, {})[key] = licence_id
    people = (
        Person.objects.select_related("household")
        .filter(
            id__in=Entry.objects.filter(
                type=identity_events.PersonRegistered.type_name(), actor=BY.name_for_record
            ).values("subject")
        )
        .order_by("id")
    )
    phones = dict(Subject.objects.filter(kind="person").values_list("id", "phone").iterator())
    return [
        Resident(
            id=p.id, name=p.name, number=p.number, number_index=p.number_index or "",
            phone=_opened(phones[p.id], p.id), address=p.address, household=p.household.number if p.household else "",
            division_code=p.division_code, sex=p.sex, born=p.born,
            held=held.get(p.id, {}),
        )
        for p in people.iterator(chunk_size=2000)
        if p.id in held
    ]  # fmt: skip


def _opened(value: object, key: UUID) -> str:
    return str(value.open(key)) if hasattr(value, "open") else str(value)


@transaction.atomic
def _batch(count: int, places: list[str], chance: Random) -> None:
    at = clock.now() - timedelta(days=420)
    kinds = {row.key: row for row in LicenceType.objects.filter(key__in=["id-card", "household-register"])}
    police = organisation.department_named("市公安局")
    taken = {str(index) for index in Subject.objects.exclude(number_index=None).values_list("number_index", flat=True)}
    subjects, people, households, licences, entries, proofs = [], [], [], [], [], []
    districts = {place: _district(place) for place in places}
    serial = _next_household_serials(count)
    for members in _households(count, chance):
        place = chance.choice(places)
        house = f"{chance.randrange(1, 400)} 号 {chance.randrange(1, 30)} 栋 {chance.randrange(101, 2400)} 室"
        address = f"云州市{districts[place]}{chance.choice(ROADS)} {house}"
        surname = chance.choice(SURNAMES)
        household = Household(
            id=new_id(), number=f"{place[:6]}{next(serial):06d}", address=address, division_code=place, founded_at=at
        )
        households.append(household)
        for position, (role, sex, born) in enumerate(members):
            name = (chance.choice(SURNAMES) if role == "配偶" else surname) + "".join(
                chance.sample(GIVEN, chance.choice((1, 2, 2)))
            )
            number, index = _number(place[:6], born, sex, taken)
            subject = Subject(
                id=new_id(), kind="person", name=name, surname=proposed_surname(name) or None,
                number=number, number_index=index,
                phone=f"1390000{chance.randrange(10000):04d}" if born.year < 2012 else "",
                division_code=place, born=born, registered_at=at,
            )  # fmt: skip
            person = Person(
                id=subject.id, name=name, surname=subject.surname, number=number, number_index=index, sex=sex,
                born=born, division_code=place, address=address, household=household, role_in_household=role,
            )  # fmt: skip
            if position == 0:
                household.head = person
            subjects.append(subject)
            people.append(person)
            entries += [
                _entry(identity_events.PersonRegistered(subject=subject.id), at),
                _entry(library_events.ResidentRecorded(subject=subject.id), at),
            ]
            if at.year - born.year > 16:
                proofs.append(Proof(id=new_id(), subject=subject, level=3, kind="window", adapter="demo-city", at=at))
                proved = signin_events.ProofRecorded(subject=subject.id, level=3, kind="window", adapter="demo-city")
                entries.append(_entry(proved, at))
                for key, surface in _faces(person, household).items():
                    licence = _licence(kinds[key], police, person, surface, at)
                    licences.append(licence)
                    entries.append(_entry(_issued(licence), at))
        entries.append(_entry(library_events.HouseholdFounded(subject=household.id), at))
    for model, rows in (
        (Subject, subjects),
        (Household, households),
        (Person, people),
        (Licence, licences),
        (Proof, proofs),
        (Entry, entries),
    ):
        copy(model, (row_of(row) for row in rows))


def _households(count: int, chance: Random) -> Iterator[list[tuple[str, str, date]]]:
    """Yield households of one to four persons as (role, sex, date of birth), in total `count` persons."""
    left = count
    while left:
        size = min(left, chance.choice((1, 2, 3, 3, 4)))
        year = chance.randrange(1945, 2003)
        sex = chance.choice(("male", "female"))
        roles = [("户主", sex, _birthday(year, chance))]
        if size > 1:
            other = "female" if sex == "male" else "male"
            roles.append(("配偶", other, _birthday(year + chance.randrange(-4, 5), chance)))
        for _ in range(size - 2):
            child = chance.choice(("male", "female"))
            roles.append(
                (
                    "子" if child == "male" else "女",
                    child,
                    _birthday(min(year + chance.randrange(23, 35), 2023), chance),
                )
            )
        left -= size
        yield roles


def _birthday(year: int, chance: Random) -> date:
    return date(year, 1, 1) + timedelta(days=chance.randrange(365))


def _number(district: str, born: date, sex: str, taken: set[str]) -> tuple[str, str]:
    """Return an unused resident number and its blind index."""
    sequence = FIRST_SEQUENCE + (1 if sex == "male" else 0)
    while sequence < 1000:
        number = resident_number(district, born, sequence)
        indexes = crypto.blind_indexes(number, purpose=NUMBER_PURPOSE)
        if taken.isdisjoint(indexes):
            taken.update(indexes)
            return number, indexes[0]
        sequence += 2
    raise ValueError("all numbers of this district and day are in use")


def _next_household_serials(count: int) -> Iterator[int]:
    """Yield `count` serial numbers above those of all existing households."""
    last = max((int(number[6:]) for number in Household.objects.values_list("number", flat=True)), default=0)
    yield from range(last + 1, last + 1 + count)


def _district(place: str) -> str:
    names = dict(organisation.divisions().filter(code__in=[place[:6], place[:9]]).values_list("code", "name"))
    return "".join(names[code] for code in sorted(names))


def _faces(person: Person, household: Household) -> dict[str, dict[str, str]]:
    head = household.head
    card = {
        "姓名": person.name, "性别": SEX_WORDS[person.sex], "民族": "汉", "出生": day_in_words(person.born),
        "住址": person.address, "公民身份号码": person.number,
    }  # fmt: skip
    register = {
        "户号": household.number, "户主": head.name if head else "", "姓名": person.name,
        "与户主关系": person.role_in_household, "公民身份号码": person.number, "住址": household.address,
        "登记机关": "云州市公安局",
    }  # fmt: skip
    return {"id-card": card, "household-register": register}


def _licence(kind: LicenceType, issuer: Department, person: Person, surface: dict[str, str], at: datetime) -> Licence:
    licence_id = new_id()
    serial = secrets.token_hex(10).upper()
    number = (
        person.number if kind.number_rule == "holder" else f"{kind.number_rule}{at.year}{licence_id.int % 10**12:012}"
    )
    licence = Licence(
        id=licence_id, type=kind, issuer=issuer, holder_id=person.id, holder_name=person.name,
        holder_number=person.number, holder_number_index=crypto.blind_index(person.number, purpose=finding.HOLDER),
        number=number, number_index=crypto.blind_index(number, purpose=finding.NUMBER), serial=serial, version=1,
        issued_at=at, valid_from=clock.legal_day(at), surface=surface, key_id=f"seal:{issuer.id}",
        salt=new_salt(), verify_code=new_verify_code(),
    )  # fmt: skip
    licence.identifier = make_identifier(type_code=kind.code, issuer_code=issuer.uscc, serial=serial, version=1)
    finding.set_indexes(licence)
    record = record_bytes(licence)
    licence.digest, licence.signature = crypto.digest(record), crypto.sign(licence.key_id, record)
    return licence


def _issued(licence: Licence) -> Event:
    return licence_events.LicenceIssued(
        subject=licence.id, type_key=licence.type.key, holder_id=licence.holder_id, issuer_id=licence.issuer_id,
        number_version=1, case_number="", digest=bytes(licence.digest).hex(),
    )  # fmt: skip


def _entry(event: Event, at: datetime) -> Entry:
    return Entry(
        id=new_id(), type=event.type_name(), version=event.version, subject=event.subject, actor=BY.name_for_record,
        principal=None, at=at, reason="", payload=event.payload(),
    )  # fmt: skip
