"""Texts of the progress page: the headline, and a sentence for each recorded event."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from tongban.foundation.announcements.actors import is_machine_name
from tongban.handling.cases.queries import Progress
from tongban.handling.cases.queries.timeline import CaseRow
from tongban.trust.ledger.queries import Reader, RecordedEntry, reason_of, words_of

DIGITS = "零一二三四五六七八九十"


class HistoryLine(TypedDict):
    """One event of an application in words."""

    id: UUID
    at: datetime
    who: str
    what: str
    case: str
    reason: str


def number_words(number: int) -> str:
    """Return numbers up to ten as Chinese words, larger ones as digits."""
    return DIGITS[number] if number <= 10 else str(number)


def headline(progress: Progress) -> str:
    """Return the sentence at the top of the page: how many cases are done, need the applicant, or are late."""
    total, done, yours = len(progress.cases), progress.done, len(progress.yours)
    late = sum(row.light == "red" for row in progress.cases)
    if progress.application.state == "closed":
        good = sum(row.group == "granted" for row in progress.cases)
        return "全部办好了" if good == total else f"{number_words(total)}项都有结果，办成{number_words(good)}项"
    if done:
        parts = [f"{number_words(total)}项办好了{number_words(done)}项"]
    elif total in {yours, late}:
        parts = []  # what follows says it of all of them
    else:
        parts = [f"{number_words(total)}项正在办理"]
    among = "其中" if parts and not done else ""
    if yours:
        parts.append(f"{among}{number_words(yours)}项等您")
        among = ""
    if late:
        parts.append(f"{among}{number_words(late)}项超期")
    return "，".join(parts)


def state_of(row: CaseRow) -> str:
    """Return the style of a case on the progress line: done, ended, you, waiting, late or now."""
    if row.group == "granted":
        return "done"
    if row.group in {"denied", "ended"}:
        return "ended"
    if row.group == "correction":
        return "you"
    if row.state == "waiting":
        return "waiting"
    return "late" if row.light == "red" else "now"


def history(progress: Progress, reader: UUID | None) -> list[HistoryLine]:
    """Return the history in words, latest first. Officers appear as their department."""
    cases = {row.id: row for row in progress.cases}
    applicant = progress.application.applicant_id
    return [_line(entry, cases.get(entry.subject), str(reader), applicant) for entry in reversed(progress.history)]


def _line(entry: RecordedEntry, row: CaseRow | None, reader: str, applicant: UUID) -> HistoryLine:
    if entry.actor == reader:
        who = "您"
    elif entry.actor == str(applicant):
        who = "申请人"
    elif entry.principal == applicant:
        who = "经办人"
    elif is_machine_name(entry.actor):
        who = "系统"
    else:
        who = row.department if row else "工作人员"
    return {
        "id": entry.id,
        "at": entry.at,
        "who": who,
        "what": words_of(entry, reader=Reader.APPLICANT),
        "case": row.name if row else "",
        "reason": reason_of(entry, reader=Reader.APPLICANT),
    }


def segment_words(rows: Sequence[CaseRow]) -> str:
    """Return the segmented progress bar as text for screen readers."""
    return "；".join(f"{row.name}：{row.light_words}" for row in rows)
