"""TELL: what happened to an application or a case. Subjects are their ids."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class ApplicationStarted(Event, label="开始填写申请"):
    service: str


@dataclass(frozen=True)
class ApplicationSubmitted(Event, label="提交申请"):
    number: str
    cases: int


@dataclass(frozen=True)
class ApplicationTaken(Event, label="系统接口取用申请内容"):
    """Another system read the answers on behalf of the applicant."""

    number: str


@dataclass(frozen=True)
class ApplicationDiscarded(Event, label="放弃草稿"):
    pass


@dataclass(frozen=True)
class ApplicationClosed(Event, label="申请全部办完"):
    number: str


@dataclass(frozen=True)
class MaterialAttached(Event, label="上传材料"):
    material: str
    file_id: UUID


@dataclass(frozen=True)
class MaterialRemoved(Event, label="移除材料"):
    material: str


@dataclass(frozen=True)
class CaseEvent(Event):
    """One case changed its state, or something was done in it without a change of state."""

    number: str
    application: UUID


class CaseReceived(CaseEvent, label="收到办件"):
    pass


class CaseHeld(CaseEvent, label="办件等待前置事项"):
    """The case waits for a predecessor in its graph."""


class CaseReleased(CaseEvent, label="前置事项办好"):
    pass


class CaseReferred(CaseEvent, label="转人工办理"):
    """The machine may not decide the case, so a person gets it. The event's reason says why."""


class CaseAccepted(CaseEvent, label="受理"):
    pass


class CaseNotAccepted(CaseEvent, label="不予受理"):
    pass


class CorrectionRequested(CaseEvent, label="一次性告知补正"):
    pass


class CaseResubmitted(CaseEvent, label="补正后重新提交"):
    pass


class CaseLapsed(CaseEvent, label="逾期未补正"):
    pass


@dataclass(frozen=True)
class StepCompleted(CaseEvent, label="办完一步"):
    step: str
    outcome: str


class ReviewBegun(CaseEvent, label="开始审查"):
    pass


class ReviewCompleted(CaseEvent, label="审查结束"):
    pass


class CaseGranted(CaseEvent, label="准予"):
    pass


class CaseDenied(CaseEvent, label="不予准许"):
    pass


class ResultMaking(CaseEvent, label="开始制证"):
    pass


class ResultDelivering(CaseEvent, label="开始送达"):
    pass


@dataclass(frozen=True)
class ResultIssued(CaseEvent, label="签发结果"):
    licence_id: UUID


@dataclass(frozen=True)
class MaterialRead(CaseEvent, label="查看上传的材料"):
    """An officer opened an uploaded file."""

    file_id: UUID


class CaseFileOpened(CaseEvent, label="打开办件"):
    """An officer opened the file of a case. Recorded once a day for each officer and case."""


class CaseClosed(CaseEvent, label="办结"):
    pass


class CaseWithdrawn(CaseEvent, label="撤回办件"):
    pass
