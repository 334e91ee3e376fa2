"""The outcomes of a step, the decisions on a case, and the error when two officers do the same step. Pure."""

from enum import StrEnum

from tongban.foundation.errors import Conflict


class StepOutcome(StrEnum):
    """The outcome of a step (办理结果)."""

    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    CORRECTION = "correction"
    AGREE = "agree"
    DISAGREE = "disagree"
    GRANTED = "granted"
    DENIED = "denied"
    MADE = "made"
    DELIVERED = "delivered"


class Decision(StrEnum):
    """The decision on a case (决定)."""

    GRANTED = "granted"
    DENIED = "denied"


DECISION_LABELS = {Decision.GRANTED: "准予", Decision.DENIED: "不予"}


class StepAlreadyDone(Conflict):
    """Somebody else finished the step first."""

    code = "step-taken"
    message = "这一步已经由其他同事办好了，您的操作没有生效。请刷新页面查看最新进度。"
