"""The tables of the base libraries. Each library is kept by one department."""

from tongban.exchange.libraries.models.births import (
    BirthRecord,
    MaternityReimbursement,
    MedicalBill,
    ParentingService,
    Subsidy,
)
from tongban.exchange.libraries.models.enterprises import Enterprise
from tongban.exchange.libraries.models.insurance import InsuranceEnrolment, PremiumPayment, SocialCard
from tongban.exchange.libraries.models.persons import Household, Marriage, NumberSeries, Person, Vaccination
from tongban.exchange.libraries.models.shared import SharedRecord

__all__ = [
    "BirthRecord",
    "Enterprise",
    "Household",
    "InsuranceEnrolment",
    "Marriage",
    "MaternityReimbursement",
    "MedicalBill",
    "NumberSeries",
    "ParentingService",
    "Person",
    "PremiumPayment",
    "SharedRecord",
    "SocialCard",
    "Subsidy",
    "Vaccination",
]
