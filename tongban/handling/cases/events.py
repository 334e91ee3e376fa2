"""TELL: what happened to an application or a case. Subjects are their ids."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.ledger.events import Event


@dataclass(frozen=True)
class ApplicationStarted(Event):
    service: str


@dataclass(frozen=True)
class ApplicationSubmitted(Event):
    number: str
    cases: int


@dataclass(frozen=True)
class ApplicationDiscarded(Event):
    pass


@dataclass(frozen=True)
class ApplicationClosed(Event):
    number: str


@dataclass(frozen=True)
class MaterialAttached(Event):
    material: str
    file_id: UUID


@dataclass(frozen=True)
class MaterialRemoved(Event):
    material: str


@dataclass(frozen=True)
class CaseEvent(Event):
    """A move of one case, or something done in it without a move."""

    number: str
    application: UUID


class CaseReceived(CaseEvent):
    pass


class CaseHeld(CaseEvent):
    """It waits for a predecessor in its graph."""


class CaseReleased(CaseEvent):
    pass


class CaseReferred(CaseEvent):
    """The machine may not decide: a person gets the case. The reason says why."""


class CaseAccepted(CaseEvent):
    pass


class CaseNotAccepted(CaseEvent):
    pass


class CorrectionRequested(CaseEvent):
    pass


class CaseResubmitted(CaseEvent):
    pass


class CaseLapsed(CaseEvent):
    pass


@dataclass(frozen=True)
class StepCompleted(CaseEvent):
    step: str
    outcome: str


class ReviewBegun(CaseEvent):
    pass


class ReviewCompleted(CaseEvent):
    pass


class CaseGranted(CaseEvent):
    pass


class CaseDenied(CaseEvent):
    pass


class ResultMaking(CaseEvent):
    pass


class ResultDelivering(CaseEvent):
    pass


@dataclass(frozen=True)
class ResultIssued(CaseEvent):
    licence_id: UUID


@dataclass(frozen=True)
class MaterialRead(CaseEvent):
    """An officer opened an uploaded file."""

    file_id: UUID


class CaseFileOpened(CaseEvent):
    """An officer opened the file of a case: noted once a day for each officer."""


class CaseClosed(CaseEvent):
    pass


class CaseWithdrawn(CaseEvent):
    pass
