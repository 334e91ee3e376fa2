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
