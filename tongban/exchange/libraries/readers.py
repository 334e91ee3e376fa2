"""Turn the rows of the base libraries into facts: one function for each table, shared by look-ups and effects."""

from tongban.exchange.libraries import persons
from tongban.exchange.libraries.models import (
    BirthRecord,
    Enterprise,
    Household,
    InsuranceEnrolment,
    Marriage,
    MaternityReimbursement,
    ParentingService,
    Person,
    PremiumPayment,
    SocialCard,
    Subsidy,
    Vaccination,
)
from tongban.exchange.libraries.registers import registers
from tongban.exchange.libraries.rules import SEX_WORDS, day_in_words, moment_in_words, money
from tongban.foundation.clock import legal_day
from tongban.foundation.names import proposed_surname
from tongban.people.organisation import queries as organisation

Facts = dict[str, str]
"""Key of a fact (see `facts.labels`) -> its value as pages show it."""
ADDRESSES = ("household.address", "mother.address", "mother_address", "father.address", "father_address")
"""The facts of a birth that come from the household register, not from the hospital."""
PAID_ON_BILLS = "按票据核定"
SUBSIDY_YEARS = 3


def of_applicant(person: Person) -> Facts:
    return {
        "applicant.name": person.name,
        "applicant.number": person.number,
        "applicant.sex": SEX_WORDS[person.sex],
        "applicant.born": day_in_words(person.born),
        "applicant.address": person.address,
        "applicant.household_number": person.household.number if person.household else "",
    }


def of_parent(who: str, name: str, number: str, person: Person | None) -> Facts:
    """Return a parent as the hospital named them, with the address of their household if it is in the city.

    `who` is `mother` or `father`. Without a name there are no facts.
    """
    if not name:
        return {}
    address = person.household.address if person and person.household else ""
    facts = {
        f"{who}.name": name,
        f"{who}.number": number,
        f"{who}.address": address,
        f"{who}_address": address,
    }
    if surname := surname_of_parent(name, person):
        facts[f"{who}_surname"] = surname
    return facts | ({f"{who}.id": str(person.id)} if person else {})


def surname_of_parent(name: str, person: Person | None) -> str:
    """Return the surname that a parent may give: as the population library has it, otherwise the one the name proposes.

    It is "" for a name from which no surname can be cut off. The parents confirm it in the form, or write the child's
    whole name.
    """
    return (person.surname if person else "") or proposed_surname(name)


def of_birth(birth: BirthRecord) -> Facts:
    born_on = legal_day(birth.born_at)
    mother, father = parent_of(birth, "mother"), parent_of(birth, "father")
    shared = mother.household if mother and father and mother.household_id == father.household_id else None
    return {
        **({"household.address": shared.address} if shared else {}),
        "birth.id": str(birth.id),
        "child.hospital": birth.hospital,
        "child.sex": SEX_WORDS[birth.sex],
        "child.born": day_in_words(born_on),
        "child.born_on": born_on.isoformat(),
        "child.born_at": moment_in_words(birth.born_at),
        "child.weight": f"{birth.weight} 克",
        "child.length": f"{birth.length} 厘米",
        "child.weeks": f"{birth.weeks} 周",
        **of_parent("mother", birth.mother_name, birth.mother_number, mother),
        **of_parent("father", birth.father_name, birth.father_number, father),
    }


def parent_of(birth: BirthRecord, who: str) -> Person | None:
    """Return the `mother` or `father` of a birth, if the population library has them."""
    indexes = persons.indexes_of_parent(birth, who)
    found = Person.objects.select_related("household").filter(number_index__in=indexes)
    return found.first() if indexes else None


def of_certificate(birth: BirthRecord, child: Person) -> Facts:
    return {
        "child.id": str(child.id),
        "child.name": child.name,
        "child.sex": SEX_WORDS[child.sex],
        "birth.certificate_number": birth.certificate_number or "",
    }


def of_household(household: Household, member: Person) -> Facts:
    return {
        "household.number": household.number,
        "household.head": household.head.name if household.head else "",
        "household.address": household.address,
        "household.role": member.role_in_household,
        "household.office": _police_station(household.division_code),
    }


def _police_station(division_code: str) -> str:
    names = dict(
        organisation.divisions().filter(code__in=[division_code[:6], division_code[:9]]).values_list("level", "name")
    )
    street = names.get("street", "").removesuffix("街道").removesuffix("镇")
    return registers().police_station(names.get("district", ""), street)


def of_marriage(marriage: Marriage) -> Facts:
    return {
        "marriage.number": marriage.number,
        "marriage.registered": day_in_words(marriage.registered_on),
        "marriage.husband": marriage.husband.name,
        "marriage.wife": marriage.wife.name,
    }


def of_vaccination(file: Vaccination) -> Facts:
    return {
        "vaccination.number": file.number,
        "vaccination.clinic": file.clinic,
        "vaccination.opened": day_in_words(legal_day(file.opened_at)),
    }


def of_mothers_enrolment(enrolment: InsuranceEnrolment) -> Facts:
    return {"mother.insurance": enrolment.get_kind_display()}


def of_enrolment(enrolment: InsuranceEnrolment) -> Facts:
    return {
        "insurance.number": enrolment.number,
        "insurance.kind": enrolment.get_kind_display(),
        "insurance.from": day_in_words(legal_day(enrolment.enrolled_at)),
    }


def of_payment(payment: PremiumPayment) -> Facts:
    return {
        "premium.number": payment.number,
        "premium.year": f"{payment.year} 年度",
        "premium.amount": money(payment.amount),
        "premium.paid": day_in_words(legal_day(payment.paid_at)),
    }


def of_card(card: SocialCard) -> Facts:
    return {"card.number": card.number, "card.opened": day_in_words(legal_day(card.opened_at))}


def of_reimbursement(paid: MaternityReimbursement) -> Facts:
    return {
        "maternity.number": paid.number,
        "maternity.amount": money(paid.amount) if paid.amount is not None else PAID_ON_BILLS,
        "maternity.granted": day_in_words(legal_day(paid.granted_at)),
    }


def of_subsidy(subsidy: Subsidy) -> Facts:
    third_birthday_year = legal_day(subsidy.birth.born_at).year + SUBSIDY_YEARS
    return {
        "subsidy.number": subsidy.number,
        "subsidy.amount": f"每年 {money(subsidy.amount_per_year)}",
        "subsidy.until": f"{third_birthday_year} 年孩子满三周岁",
        "subsidy.from": day_in_words(legal_day(subsidy.granted_at)),
    }


def of_parenting(service: ParentingService) -> Facts:
    return {
        "parenting.number": service.number,
        "parenting.provider": registers().parenting_provider,
        "parenting.registered": day_in_words(legal_day(service.registered_at)),
    }


def of_enterprise(enterprise: Enterprise) -> Facts:
    return {
        "enterprise.name": enterprise.name,
        "enterprise.uscc": enterprise.uscc,
        "enterprise.kind": enterprise.kind,
        "enterprise.address": enterprise.address,
        "enterprise.legal_representative": enterprise.legal_representative.name,
        "enterprise.established": day_in_words(enterprise.established_on),
    }
