"""Texts of the desk for kinds of steps, outcomes, ways of meeting a material, and events."""

from tongban.handling.cases.events import StepCompleted
from tongban.handling.cases.queries import Step, StepOutcome, Way
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity.actors import Channel
from tongban.trust.ledger.queries import Reader, RecordedEntry, words_of

KINDS = {
    StepKind.ACCEPT: "受理",
    StepKind.OPINION: "审查",
    StepKind.DECIDE: "决定",
    StepKind.MAKE: "制证",
    StepKind.DELIVER: "送达",
}
QUESTIONS: dict[str, tuple[str, str, bool]] = {
    StepKind.ACCEPT: ("意见", "不予受理时必须写明理由，申请人会看到", False),
    StepKind.OPINION: ("意见", "同意和不同意都要写：您核对了什么，结论是什么", True),
    StepKind.DECIDE: ("意见", "不予准许时必须写明理由，会印在决定书上", False),
    StepKind.MAKE: ("记录", "", False),
    StepKind.DELIVER: ("记录", "例如快递单号", False),
}
"""For each kind of step: the label after the step's name, a hint, and whether words are required for every outcome."""
CHANNELS = {Channel.ONLINE: "网上申请", Channel.WINDOW: "窗口收件", Channel.API: "系统接口申请"}
STEP_STATES = {
    Step.States.WAITING: "未开始",
    Step.States.OPEN: "待办",
    Step.States.DONE: "已办",
    Step.States.CANCELLED: "已取消",
}
OUTCOMES = {
    StepOutcome.ACCEPTED: "受理",
    StepOutcome.NOT_ACCEPTED: "不予受理",
    StepOutcome.CORRECTION: "通知补正",
    StepOutcome.AGREE: "同意",
    StepOutcome.DISAGREE: "不同意",
    StepOutcome.GRANTED: "准予",
    StepOutcome.DENIED: "不予",
    StepOutcome.MADE: "已制证",
    StepOutcome.DELIVERED: "已送达",
}
WAYS = {
    Way.LICENCE: "电子证照",
    Way.DATA: "数据共享",
    Way.FORM: "在线填写",
    Way.COMMITMENT: "书面承诺",
    Way.UPLOAD: "申请人上传",
    Way.PRODUCED: "办理中取得",
}
PHRASES = {
    StepKind.ACCEPT: ("材料齐全，符合法定形式。", "不属于本部门职权范围。", "不符合受理条件。"),
    StepKind.OPINION: ("经核对，信息一致，符合办理条件。", "以提交的材料为准。", "材料与共享数据不一致。"),
    StepKind.DECIDE: ("经审查，符合法定条件，准予。", "经审查，不符合法定条件。"),
    StepKind.MAKE: ("已制作并核对。",),
    StepKind.DELIVER: ("已寄出。", "本人到窗口领取。"),
}


def event_words(entry: RecordedEntry) -> str:
    """Return the text of an entry of a case's history, with the outcome of a step."""
    words = words_of(entry, reader=Reader.OFFICER)
    if entry.type == StepCompleted.type_name():
        return f"{words}：{OUTCOMES.get(entry.payload.get('outcome', ''), '已办')}"
    return words
