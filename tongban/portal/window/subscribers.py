"""Open a work order when a person objects to an identity check, or when a clerk reaches the daily limit of checks."""

from uuid import UUID

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.people.organisation import queries as organisation
from tongban.people.signin.events import ClerkLimitReached, ProofObjected
from tongban.portal.window import services


def _department(event: Announcement) -> UUID | None:
    text = event.payload["department"]
    return UUID(text) if text else None


def _name_of(department_id: UUID | None) -> str:
    return organisation.department(department_id).name if department_id else "未知部门"


@subscriber(ProofObjected)
def objected(event: Announcement) -> None:
    """Raise an alarm when a person says that they were never checked at the window."""
    department_id = _department(event)
    services.raise_alarm(
        f"有人对{_name_of(department_id)}窗口的实名核验提出异议：本人说没有在窗口核验过。那次核验已经作废。"
        f"请调取留痕（核验编号 {event.payload['check']}）和窗口录像，查明经办人和复核人，并答复本人。",
        department_id=department_id,
        about=UUID(event.payload["check"]),
    )


@subscriber(ClerkLimitReached)
def limit_reached(event: Announcement) -> None:
    """Raise an alarm when a clerk reaches the daily limit of checks."""
    department_id = _department(event)
    services.raise_alarm(
        f"{_name_of(department_id)}有一位工作人员当天完成或复核的窗口核验达到上限（{event.payload['checks']} 次）。"
        f"请查看留痕（人员编号 {event.subject}），确认是不是业务需要。",
        department_id=department_id,
        about=event.subject,
    )
