"""DO: look up a person by number, and export entries. Both are recorded with their reason."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import NotFound
from tongban.foundation.ids import new_id
from tongban.people.datauses import services as datauses
from tongban.people.datauses.kinds import UseKind
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor
from tongban.people.identity.purposes import TO_AUDIT, Purpose
from tongban.portal.audit import events
from tongban.portal.audit.policies import EXPORT, LOOK_UP
from tongban.portal.audit.queries import AuditLine

SEARCHED = UseKind("searched", "审计查找", order=100)
HEADINGS = ("时间", "事件", "办理人", "部门", "代表", "对象", "办件编号", "存证编号")


@transaction.atomic
def look_up_person(number: str, *, reason: str, actor: Actor) -> UUID:
    """Return the subject of a resident's number or credit code.

    The look-up is recorded with its reason, and the person sees it among the uses of their data. Raises NotFound, which
    names the field, for an unknown number, and what `identity.services.authorise` raises.
    """
    found = identity.subject_by_number(number) if number.strip() else None
    about = found.id if found else new_id()
    identities.authorise(LOOK_UP, about, actor=actor, purpose=Purpose(TO_AUDIT, reason), city=city().code)
    if found is None:
        raise NotFound("没有这个证件号码的登记，请检查号码。", field="number")
    datauses.record_used(
        events.PersonSearched(subject=found.id),
        [found.id],
        actor=actor,
        reason=reason.strip(),
        kind=SEARCHED.key,
        fields=["相关操作记录"],
        purpose=TO_AUDIT,
    )
    return found.id


@transaction.atomic
def export(lines: Iterable[AuditLine], *, conditions: str, by: str, reason: str, actor: Actor) -> str:
    """Return the lines as CSV and record the export.

    The first row is a watermark that says who exported them when (`by` is the name shown there), and under which
    conditions. The text starts with a byte order mark, so that spreadsheet programs read it as UTF-8.
    """
    rows, now, export_id = list(lines), clock.now(), new_id()
    identities.authorise(EXPORT, export_id, actor=actor, purpose=Purpose(TO_AUDIT, reason), city=city().code)
    event = events.EntriesExported(subject=export_id, entries=len(rows), conditions=conditions)
    announce(event, actor=actor, at=now, reason=reason.strip())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f"水印：{by} 于 {_moment(now)} 导出，编号 {export_id}，仅供审计，不得外传。条件：{conditions}"])
    writer.writerow(HEADINGS)
    for row in rows:
        cells = (row.label, row.who, row.department, row.principal, str(row.subject), row.case_number, str(row.id))
        writer.writerow([_moment(row.at), *(_cell(cell) for cell in cells)])
    return "\ufeff" + out.getvalue()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(clock.CITY_TIME):%Y-%m-%d %H:%M:%S}"


def _cell(text: str) -> str:
    """Escape a cell that a spreadsheet would take for a formula."""
    return "'" + text if text[:1] in "=+-@\t\r" else text
