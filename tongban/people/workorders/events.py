"""TELL: the moves of a work order. `subject` is the order. The reason is stored with the entry."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class OrderRaised(Event, label="提出工单", reason_is_for_applicant=True):
    number: str
    kind: str
    post: UUID
    about: str = ""


@dataclass(frozen=True)
class OrderTaken(Event, label="接办工单", reason_is_for_applicant=True):
    """The actor is responsible for it from now on."""

    number: str


@dataclass(frozen=True)
class OrderHandedOn(Event, label="转交工单"):
    number: str
    from_post: UUID
    to_post: UUID


@dataclass(frozen=True)
class OrderEscalated(Event, label="工单逾期，升级给部门负责人", reason_is_for_applicant=True):
    """It was overdue and went to the head of the department."""

    number: str
    from_post: UUID
    to_post: UUID


@dataclass(frozen=True)
class OrderNoted(Event, label="补充工单说明", reason_is_for_applicant=True):
    number: str
    note: UUID
    internal: bool


@dataclass(frozen=True)
class OrderAnswered(Event, label="答复工单", reason_is_for_applicant=True):
    number: str
    outcome: str


@dataclass(frozen=True)
class OrderClosed(Event, label="办结工单", reason_is_for_applicant=True):
    number: str


@dataclass(frozen=True)
class OrderReopened(Event, label="工单重新办理", reason_is_for_applicant=True):
    number: str


@dataclass(frozen=True)
class OrderRecounted(Event, label="工单期限按新的放假安排重新计算", reason_is_for_applicant=True):
    """A new table of working days moved its due day. The reason says from which day to which."""

    number: str


@dataclass(frozen=True)
class OrderWithdrawn(Event, label="撤回工单", reason_is_for_applicant=True):
    number: str
