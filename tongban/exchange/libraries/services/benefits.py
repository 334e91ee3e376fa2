"""Effects that give families what they are entitled to: insurance, card, reimbursement, subsidy, guidance.

Every effect is idempotent: a second call changes nothing and returns the same facts.
"""

from decimal import Decimal

from tongban.exchange.libraries import events, readers
from tongban.exchange.libraries.models import (
    InsuranceEnrolment,
    MaternityReimbursement,
    ParentingService,
    PremiumPayment,
    SocialCard,
    Subsidy,
)
from tongban.exchange.libraries.registers import registers
from tongban.exchange.libraries.services.enrolments import begin_or_resume
from tongban.exchange.libraries.services.locks import Grant
from tongban.foundation.errors import Conflict

Facts = readers.Facts
SUBSIDY = Decimal("3600.00")
"""The childcare subsidy in yuan a year, paid until the third birthday (育儿补贴制度实施方案, 2025)."""


def enrol_resident(grant: Grant) -> Facts:
    """Enrol in the residents' medical insurance, which ends the employees'.

    Raises Conflict without a resident number.
    """
    person = grant.lock_person()
    if not person.number:
        raise Conflict("还没有公民身份号码，请先办好户口登记再参保。")
    enrolment, changed = begin_or_resume(person, InsuranceEnrolment.Kinds.RESIDENT, at=grant.at)
    if changed:
        grant.announce(events.InsuranceEnrolled(subject=person.id, case_number=grant.case_number))
    return readers.of_enrolment(enrolment)


def pay_premium(grant: Grant) -> Facts:
    """Record the premium of the current year. Raises Conflict without an enrolment, and as `Registers.premium`."""
    person = grant.lock_person()
    enrolment = person.enrolments.filter(kind=InsuranceEnrolment.Kinds.RESIDENT).first()
    if enrolment is None:
        raise Conflict("还没有参保登记，请先办好参保登记再缴费。")
    year = grant.day.year
    payment = enrolment.payments.filter(year=year).first()
    if payment is None:
        payment = PremiumPayment.objects.create(
            enrolment=enrolment,
            year=year,
            number=grant.number("SW"),
            amount=registers().premium(year),
            paid_at=grant.at,
        )
        grant.announce(events.PremiumPaid(subject=person.id, case_number=grant.case_number, year=year))
    return readers.of_payment(payment)


def open_social_card(grant: Grant) -> Facts:
    """Open a social security card. Raises Conflict without a resident number."""
    person = grant.lock_person()
    if not person.number:
        raise Conflict("还没有公民身份号码，请先办好户口登记再申领社会保障卡。")
    card = SocialCard.objects.filter(person=person).first()
    if card is None:
        card = SocialCard.objects.create(
            person=person, number=grant.number(registers().card_prefix), opened_at=grant.at
        )
        grant.announce(events.SocialCardOpened(subject=person.id, case_number=grant.case_number))
    return readers.of_card(card)


def reimburse_maternity(grant: Grant) -> Facts:
    """Reimburse the costs of a birth by its shared bills. Without any, the amount is determined from paper bills."""
    birth = grant.lock_birth()
    paid = MaternityReimbursement.objects.filter(birth=birth).first()
    if paid is None:
        amounts = [bill.reimbursable for bill in birth.bills.all()]
        paid = MaternityReimbursement.objects.create(
            birth=birth,
            number=grant.number("SY"),
            amount=sum(amounts, Decimal()) if amounts else None,
            account=grant.context.get("bank_account", ""),
            granted_at=grant.at,
        )
        grant.announce(events.MaternityReimbursed(subject=birth.id, case_number=grant.case_number))
    return readers.of_reimbursement(paid)


def grant_subsidy(grant: Grant) -> Facts:
    """Grant the childcare subsidy, once for each child."""
    birth = grant.lock_birth()
    subsidy = Subsidy.objects.select_related("birth").filter(birth=birth).first()
    if subsidy is None:
        subsidy = Subsidy.objects.create(
            birth=birth,
            number=grant.number("YE"),
            amount_per_year=SUBSIDY,
            account=grant.context.get("bank_account", ""),
            granted_at=grant.at,
        )
        grant.announce(events.ChildcareSubsidyGranted(subject=birth.id, case_number=grant.case_number))
    return readers.of_subsidy(subsidy)


def register_parenting(grant: Grant) -> Facts:
    """Register the family for parenting guidance, even before the child has a name."""
    birth = grant.lock_birth()
    service = ParentingService.objects.filter(birth=birth).first()
    if service is None:
        service = ParentingService.objects.create(
            birth=birth,
            number=grant.number("FL"),
            phone=grant.context.get("contact_phone", ""),
            registered_at=grant.at,
        )
        grant.announce(events.ParentingServiceRegistered(subject=birth.id, case_number=grant.case_number))
    return readers.of_parenting(service)
