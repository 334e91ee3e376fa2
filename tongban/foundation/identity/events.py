"""TELL: what changed about subjects, accounts and appointments. Identifiers only, never personal data."""

from dataclasses import dataclass

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class PersonRegistered(Event):
    """`subject` is the person."""


@dataclass(frozen=True)
class OrganisationRegistered(Event):
    """`subject` is the organisation."""


@dataclass(frozen=True)
class NumberAssigned(Event):
    """A newborn got its number; the number itself is not told."""


@dataclass(frozen=True)
class AccountOpened(Event):
    """`subject` is the account."""

    holder: str


@dataclass(frozen=True)
class AppointmentMade(Event):
    """`subject` is the appointment."""

    holder: str
    post: str
    stand_in_for: str = ""


@dataclass(frozen=True)
class AppointmentEnded(Event):
    """`subject` is the appointment."""

    holder: str
    post: str


@dataclass(frozen=True)
class RepresentativeEntitled(Event):
    """`subject` is the organisation, which the person may act for from now on."""

    person: str


@dataclass(frozen=True)
class RepresentativeEnded(Event):
    """`subject` is the organisation."""

    person: str


@dataclass(frozen=True)
class Unmasked(Event):
    """`subject` is whose data an officer saw whole: which fields in words, never a value; the reason stands beside."""

    fields: str
    case_number: str
    purpose: str


@dataclass(frozen=True)
class VisitBegun(Event):
    """`subject` is the visit; the clerk, who acts, saw the document of the one who is present."""

    present: str
    applicant: str


@dataclass(frozen=True)
class VisitEnded(Event):
    """`subject` is the visit."""


@dataclass(frozen=True)
class Authorised(Event):
    """A privileged act was allowed by its policy; `subject` is the thing."""

    action: str


@dataclass(frozen=True)
class AuthorisationRefused(Event):
    """A privileged act was refused; `unmet` are the clauses in words."""

    action: str
    unmet: str
