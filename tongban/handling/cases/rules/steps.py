"""The outcomes of a step and the decisions on a case. Pure."""

from enum import StrEnum


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
