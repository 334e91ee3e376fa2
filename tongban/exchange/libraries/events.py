"""TELL: what changed in the base libraries, and who looked up what. Identifiers only, never personal data."""

from dataclasses import dataclass

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class DataLookedUp(Event):
    """`subject` is the person, enterprise or birth whose data was read; the actor and principal stand beside it."""

    resource: str
    purpose: str
    case_number: str
    found: bool
    fields: str = ""
    """The fields that were read, in Chinese words."""


@dataclass(frozen=True)
class ResidentRecorded(Event):
    """`subject` is the person."""


@dataclass(frozen=True)
class HouseholdFounded(Event):
    """`subject` is the household."""


@dataclass(frozen=True)
class MarriageRecorded(Event):
    """`subject` is the marriage."""


@dataclass(frozen=True)
class BirthReported(Event):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class MedicalBillRecorded(Event):
    """`subject` is the bill."""


@dataclass(frozen=True)
class EnterpriseRecorded(Event):
    """`subject` is the enterprise."""


@dataclass(frozen=True)
class EffectEvent(Event):
    """A grant changed a base library; `case_number` says which case."""

    case_number: str


@dataclass(frozen=True)
class BirthCertified(EffectEvent):
    """`subject` is the birth record."""

    child: str


@dataclass(frozen=True)
class VaccinationOpened(EffectEvent):
    """`subject` is the child."""


@dataclass(frozen=True)
class NewbornRegistered(EffectEvent):
    """`subject` is the child, who now has a number and a household."""

    household: str


@dataclass(frozen=True)
class InsuranceEnrolled(EffectEvent):
    """`subject` is the person."""


@dataclass(frozen=True)
class PremiumPaid(EffectEvent):
    """`subject` is the person."""

    year: int


@dataclass(frozen=True)
class SocialCardOpened(EffectEvent):
    """`subject` is the person."""


@dataclass(frozen=True)
class MaternityReimbursed(EffectEvent):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class ChildcareSubsidyGranted(EffectEvent):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class ParentingServiceRegistered(EffectEvent):
    """`subject` is the birth record."""


@dataclass(frozen=True)
class SharedRecorded(Event):
    """`subject` is the record; `holder` is whose data it is."""

    resource: str
    holder: str
    number: int
