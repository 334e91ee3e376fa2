"""Families, enterprises, their licences, and births for which a newborn bundle can be applied for."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NotRequired, TypedDict
from uuid import UUID

from tongban.demo.city.numbers import enterprise_code, person_number
from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.models import Enterprise, Household, Marriage, Person
from tongban.exchange.libraries.readers import of_household
from tongban.exchange.libraries.rules import SEX_WORDS, day_in_words
from tongban.exchange.licences import services as licences
from tongban.foundation import clock
from tongban.foundation.errors import Conflict
from tongban.foundation.names import proposed_surname
from tongban.people.identity import queries as identity_queries
from tongban.people.identity import services as identity
from tongban.people.organisation import queries as organisation
from tongban.people.signin import services as signin

if TYPE_CHECKING:
    from tongban.demo.city.founding import City
    from tongban.people.identity.models import Subject


class Member(TypedDict):
    """A member of a household. `newcomer` means that their identity has not been proved yet.

    `surname` is needed where the name does not propose the right one. `insured` is the kind of their medical insurance:
    `employee` or `resident`.
    """

    name: str
    sex: str
    born: date
    role: str
    surname: NotRequired[str]
    insured: NotRequired[str]
    sign_in: NotRequired[str]
    newcomer: NotRequired[bool]


class Birth(TypedDict):
    """A birth: names of the parents, `m` or `f`, weight in grams, length in centimetres, weeks of pregnancy."""

    mother: str
    father: str
    sex: str
    weight: int
    length: int
    weeks: int
    hospital: str


def settle_families(city: "City") -> int:
    """Create persons with accounts in their households, then the marriages. Return the number of persons."""
    plan = city.data("families")
    for row in plan["households"]:
        code = division_code(row["place"])
        address = "".join(["云州市", *row["place"][:2], row["address"]])
        settle_household(city, code, address, row["members"])
    for row in plan["marriages"]:
        marry(city, city.persons[row["husband"]], city.persons[row["wife"]], row["registered"])
    return len(city.persons)


def settle_household(city: "City", code: str, address: str, members: list[Member]) -> list[UUID]:
    """Register the members of a household, the head first, and found it. Return their ids."""
    ids = []
    for row in members:
        subject = identity.register_person(
            name=row["name"],
            surname=row.get("surname") or proposed_surname(row["name"]),
            number=person_number(city, code[:6], row["born"], row["sex"]),
            phone=city.phone() if row["born"].year < 2012 else "",
            division_code=code,
            actor=city.actor,
        )
        libraries.record_resident(subject.id, address=address, actor=city.actor)
        if subject.phone and not row.get("newcomer"):
            signin.record_proof(subject.id, level=3, kind="window", adapter="demo-city", actor=city.actor)
        if sign_in := row.get("sign_in"):
            open_account(city, sign_in, subject, proved=not row.get("newcomer"))
        if insured := row.get("insured"):
            libraries.record_enrolment(subject.id, kind=insured, enrolled_at=clock.now(), actor=city.actor)
        city.persons[row["name"]] = subject.id
        ids.append(subject.id)
    roles = [row["role"] for row in members]
    libraries.found_household(
        address=address, division_code=code, members=list(zip(ids, roles, strict=True)), actor=city.actor
    )
    return ids


def open_account(
    city: "City", login_name: str, subject: "Subject", *, for_post: bool = False, proved: bool = False
) -> None:
    """Open an account with the demo's password and the subject's phone.

    A phone number that was drawn twice belongs to one account only. With `proved`, the identity counts as proved
    without a check; the evidence then names `demo-city`. Officers get accounts for their posts (`for_post`) with a
    password that need not be changed, so that the printed sign-ins work.
    """
    account = identity.open_account(
        login_name,
        subject_id=subject.id,
        actor=city.actor,
        encoded_password=city.encoded_password,
        for_post=for_post,
    )
    if proved:
        signin.record_proof(
            subject.id, account_id=account.id, level=3, kind="window", adapter="demo-city", actor=city.actor
        )
    with suppress(Conflict):
        identity.verify_phone(account.id, phone=subject.phone, actor=city.actor)


def marry(city: "City", husband: UUID, wife: UUID, on: date) -> None:
    """Record a marriage."""
    libraries.record_marriage(husband_id=husband, wife_id=wife, registered_on=on, actor=city.actor)


def found_enterprises(city: "City") -> int:
    """Create the enterprises and return their number."""
    rows = city.data("enterprises")
    for row in rows:
        code = division_code(row["place"])
        subject = identity.register_organisation(
            name=row["name"],
            number=enterprise_code(row.get("letter", "91"), row["body"]),
            phone=city.phone(),
            division_code=code,
            actor=city.actor,
        )
        libraries.record_enterprise(
            subject.id,
            kind=row["kind"],
            legal_representative_id=city.persons[row["representative"]],
            industry=row["industry"],
            capital=row["capital"],
            scope=row["scope"],
            address="".join(["云州市", *row["place"], row["address"]]),
            established_on=row["founded"],
            actor=city.actor,
        )
        signin.record_proof(subject.id, level=3, kind="window", adapter="demo-city", actor=city.actor)
        if sign_in := row.get("sign_in"):
            open_account(city, sign_in, subject, proved=True)
    return len(rows)


def issue_licences(city: "City") -> int:
    """Issue identity cards and household registers, marriage certificates and business licences. Return how many."""
    issued = 0
    for person in Person.objects.select_related("household__head").order_by("id"):
        issued += issue_of_person(city, person)
    for marriage in Marriage.objects.select_related("husband", "wife").order_by("id"):
        issued += issue_of_marriage(city, marriage)
    for enterprise in Enterprise.objects.select_related("legal_representative").order_by("id"):
        surface = {
            "名称": enterprise.name,
            "统一社会信用代码": enterprise.uscc,
            "类型": enterprise.kind,
            "法定代表人": enterprise.legal_representative.name,
            "注册资本": enterprise.capital,
            "成立日期": day_in_words(enterprise.established_on),
            "住所": enterprise.address,
            "经营范围": enterprise.scope,
        }
        _issue(
            city, "business-licence", enterprise.id, "市市场监督管理局", surface, valid_from=enterprise.established_on
        )
        issued += 1
    return issued


def issue_of_person(city: "City", person: Person) -> int:
    """Issue identity card and household register to a person of 16 or older. Return how many were issued."""
    if (city.today - person.born).days < 16 * 366 or person.household is None:
        return 0
    surface = {
        "姓名": person.name,
        "性别": SEX_WORDS[person.sex],
        "民族": "汉",
        "出生": day_in_words(person.born),
        "住址": person.address,
        "公民身份号码": person.number,
    }
    valid = {"valid_from": date(2018, 6, 1), "valid_until": date(2038, 6, 1)}
    if (date(2018, 6, 1) - person.born).days < 26 * 365:
        valid = {"valid_from": date(2023, 6, 1), "valid_until": date(2033, 6, 1)}
    _issue(city, "id-card", person.id, "市公安局", surface, **valid)
    household: Household = person.household
    facts = of_household(household, person)
    surface = {
        "户号": household.number,
        "户主": facts["household.head"],
        "姓名": person.name,
        "与户主关系": person.role_in_household,
        "公民身份号码": person.number,
        "住址": household.address,
        "登记机关": facts["household.office"],
    }
    _issue(city, "household-register", person.id, "市公安局", surface)
    return 2


def issue_of_marriage(city: "City", marriage: Marriage) -> int:
    """Issue the marriage certificate to both spouses. Return how many were issued."""
    surface = {
        "结婚证字号": marriage.number,
        "登记日期": day_in_words(marriage.registered_on),
        "男方": marriage.husband.name,
        "男方身份证件号": marriage.husband.number,
        "女方": marriage.wife.name,
        "女方身份证件号": marriage.wife.number,
    }
    for holder in (marriage.husband_id, marriage.wife_id):
        _issue(city, "marriage-certificate", holder, "市民政局", surface, valid_from=marriage.registered_on)
    return 2


def report_births(city: "City") -> int:
    """Record the recent births, for which the parents have not applied yet. Return their number."""
    rows = city.data("families")["births"]
    for row in rows:
        hour, minute = (int(part) for part in row["time"].split(":"))
        born_at = datetime.combine(city.today - timedelta(days=row["days"]), time(hour, minute), tzinfo=clock.CITY_TIME)
        total, borne = (Decimal(str(yuan)) for yuan in row["bill"])
        report_birth(city, row, born_at, total, borne)
    return len(rows)


def report_birth(city: "City", row: Birth, born_at: datetime, total: Decimal, borne: Decimal) -> UUID:
    """Record a birth with its medical bill, two hours after the birth. Return the id of the birth record.

    `total` is the bill in yuan, `borne` the part that the insurance reimburses.
    """
    mother, father = (identity_queries.subject(city.persons[row[who]]) for who in ("mother", "father"))
    with clock.at_moment(born_at + timedelta(hours=2)):
        birth = libraries.record_birth(
            mother=(mother.name, mother.number),
            father=(father.name, father.number),
            born_at=born_at,
            sex="male" if row["sex"] == "m" else "female",
            weight=row["weight"],
            length=row["length"],
            weeks=row["weeks"],
            hospital=row["hospital"],
            division_code=mother.division_code[:6],
            actor=city.actor,
        )
        libraries.record_medical_bill(
            patient_id=mother.id,
            birth_id=birth.id,
            hospital=row["hospital"],
            amount=total,
            reimbursable=borne,
            issued_on=clock.legal_day(born_at),
            actor=city.actor,
        )
    return birth.id


def division_code(place: list[str]) -> str:
    """Return the division code of a place, given its names from the district down."""
    code = "990100"
    for name in place:
        code = organisation.divisions(under=code).get(name=name).code
    return code


def _issue(
    city: "City",
    key: str,
    holder: UUID,
    department: str,
    surface: dict[str, str],
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> None:
    licences.issue(
        key,
        holder_id=holder,
        issuer_id=city.departments[department],
        surface=surface,
        valid_from=valid_from,
        valid_until=valid_until,
        actor=city.actor,
        at=clock.now(),
    )
