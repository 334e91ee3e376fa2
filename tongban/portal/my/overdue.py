"""What an applicant is told when a department has let a day pass."""

from collections.abc import Sequence

from tongban.handling.cases.queries.timeline import CaseRow
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.levels import LICENSING

ACCEPTED_BY_LAW = "这是行政许可，逾期不告知的，自收到申请材料之日起即为受理（《中华人民共和国行政许可法》第三十二条）"
UNANSWERED = "部门还没有在期限内答复是否受理"
UNDECIDED = "承诺的日子已经过了，还没有办好"


def notes(rows: Sequence[CaseRow]) -> list[str]:
    """Return a sentence for each overdue case, with what the law says of it. One query if a case waits for acceptance.

    Article 32 of the Administrative Licensing Law makes a licence that nobody answers accepted from the day of receipt.
    """
    late = [row for row in rows if row.light == "red"]
    unanswered = {row.item_code for row in late if row.unanswered}
    items = catalog.newest_items(unanswered) if unanswered else {}
    licences = {code for code, item in items.items() if item.task_type == LICENSING}
    return [_note(row, licence=row.item_code in licences) for row in late]


def _note(row: CaseRow, *, licence: bool) -> str:
    if not row.unanswered:
        return f"“{row.name}”：{UNDECIDED}。"
    return f"“{row.name}”：{UNANSWERED}。{ACCEPTED_BY_LAW + '。' if licence else ''}"
