"""TELL: what happened to an application or a case. Subjects are their ids."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class ApplicationStarted(Event, label="开始填写申请", principal_label="开始填写申请"):
    service: str


@dataclass(frozen=True)
class ApplicationSubmitted(Event, label="提交申请", principal_label="提交了申请"):
    number: str
    cases: int


@dataclass(frozen=True)
class ApplicationTaken(Event, label="系统接口取用申请内容", applicant_label="您授权的系统读取了申请内容"):
    """Another system read the answers on behalf of the applicant."""

    number: str


@dataclass(frozen=True)
class UseAgreed(Event, label="确认内容并同意使用信息", principal_label="确认了内容，同意部门为办理使用信息"):
    """The applicant confirmed the content and agreed to its use, in the words of this wording."""

    wording: str
    stamp: str
    """A hash of what was confirmed (`Plan.stamp`): which versions of the service and its items."""


@dataclass(frozen=True)
class FactsReadAgain(Event, label="重新调取已知信息", principal_label="重新调取了已知信息"):
    """The facts of a draft were read from the base libraries again."""


@dataclass(frozen=True)
class FactDisputed(Event, label="申请更正已知信息", principal_label="申请更正一项已知信息"):
    """The applicant asked the department that shared a fact to correct it."""

    fact: str
    source: str


@dataclass(frozen=True)
class ApplicationDiscarded(Event, label="放弃草稿", principal_label="放弃了草稿"):
    pass


@dataclass(frozen=True)
class ApplicationClosed(Event, label="申请全部办完", applicant_label="全部办完"):
    number: str


@dataclass(frozen=True)
class MaterialAttached(Event, label="上传材料", applicant_label="上传了一份材料", principal_label="上传了材料"):
    material: str
    file_id: UUID


@dataclass(frozen=True)
class MaterialRemoved(Event, label="移除材料", applicant_label="移除了一份材料", principal_label="移除了材料"):
    material: str


@dataclass(frozen=True)
class UploadsDeleted(Event, label="删除草稿里不再需要的文件", principal_label="删除了草稿里不再需要的文件"):
    """Files were deleted that no draft needs any more."""

    files: int


@dataclass(frozen=True)
class CaseEvent(Event):
    """One case changed its state, or something was done in it without a change of state."""

    number: str
    application: UUID


class CaseReceived(CaseEvent, label="收到办件", applicant_label="已收件"):
    pass


class CaseHeld(CaseEvent, label="办件等待前置事项", applicant_label="等前面的事项办好"):
    """The case waits for a predecessor in its graph."""


class CaseReleased(CaseEvent, label="前置事项已办好，办件自动开始", applicant_label="前面的事项已办好，自动开始"):
    pass


class CaseReferred(CaseEvent, label="转人工办理", applicant_label="转由工作人员办理", reason_is_for_applicant=True):
    """The machine may not decide the case, so a person gets it. The event's reason says why."""


class CaseAccepted(CaseEvent, label="受理", applicant_label="已受理"):
    pass


class CaseNotAccepted(CaseEvent, label="不予受理", reason_is_for_applicant=True):
    pass


class CorrectionRequested(CaseEvent, label="一次性告知补正", applicant_label="请您补正", reason_is_for_applicant=True):
    pass


class CaseResubmitted(
    CaseEvent, label="申请人补正后重新提交", applicant_label="您已补正，重新提交", principal_label="补正后重新提交"
):
    pass


class CaseLapsed(
    CaseEvent, label="逾期未补正，视为放弃申请", applicant_label="逾期未补正", reason_is_for_applicant=True
):
    pass


@dataclass(frozen=True)
class StepCompleted(CaseEvent, label="办完一步"):
    step: str
    outcome: str


class ReviewBegun(CaseEvent, label="开始审查"):
    pass


class ReviewCompleted(CaseEvent, label="审查结束，等待决定", applicant_label="审查完成，等待决定"):
    pass


class DueDaysRecounted(
    CaseEvent,
    label="重新计算办理时限",
    applicant_label="办理时限按新的放假安排重新计算",
    reason_is_for_applicant=True,
):
    """A new table of working days moved due days. The reason says which, and from which day to which."""


class CaseGranted(CaseEvent, label="准予"):
    pass


class CaseDenied(CaseEvent, label="不予准许", reason_is_for_applicant=True):
    pass


class ResultMaking(CaseEvent, label="开始制证", applicant_label="正在制作结果"):
    pass


class ResultDelivering(CaseEvent, label="开始送达", applicant_label="正在送达"):
    pass


@dataclass(frozen=True)
class ResultIssued(CaseEvent, label="签发结果", applicant_label="结果已签发"):
    licence_id: UUID


@dataclass(frozen=True)
class MaterialRead(CaseEvent, label="查看上传的材料", applicant_label="工作人员查看了您上传的材料"):
    """An officer opened an uploaded file."""

    file_id: UUID


class CaseFileOpened(CaseEvent, label="打开办件", applicant_label="工作人员打开了您的办件"):
    """An officer opened the file of a case. Recorded once a day for each officer and case."""


class CaseClosed(CaseEvent, label="办结"):
    pass


class CaseWithdrawn(
    CaseEvent, label="撤回办件", applicant_label="已撤回", principal_label="撤回了办件", reason_is_for_applicant=True
):
    pass
