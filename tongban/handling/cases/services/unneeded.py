"""Delete files that no draft needs any more: replaced, removed, or of a discarded draft.

What the purpose no longer needs is deleted (《个人信息保护法》第四十七条). The rows of the attachments stay as proof.
Once an application is submitted, the files that a correction replaces stay too, since officers have worked with them.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.handling.cases import events
from tongban.handling.cases.locks import lock_application
from tongban.handling.cases.models import Application, Attachment
from tongban.handling.cases.services.watch import each
from tongban.people.identity.actors import Actor, machine
from tongban.trust.files import queries as stored
from tongban.trust.files import services as files

_UNNEEDED = Q(removed_at__isnull=False) & (
    Q(application__submitted_at__isnull=True) | Q(removed_at__lt=F("application__submitted_at"))
)
"""Attachments that were taken out of a draft, whatever has become of the draft since."""


def delete_removed(application: Application, *, actor: Actor, at: datetime, reason: str = "") -> bool:
    """Delete the files that were taken out of a locked application while it was a draft. Return if there were any."""
    removed = Attachment.objects.filter(_UNNEEDED, application=application).values_list("file_id", flat=True)
    count = files.delete(removed)
    if count:
        announce(events.UploadsDeleted(subject=application.id, files=count), actor=actor, at=at, reason=reason)
    return count > 0


def delete_unneeded_files() -> int:
    """Delete what was taken out of drafts before that deleted the files at once. Return from how many applications.

    Raises the first failure after all were tried.
    """
    left = Attachment.objects.filter(_UNNEEDED, file_id__in=stored.ids())
    return each(left.values_list("application_id", flat=True).distinct(), _delete)


@transaction.atomic
def _delete(application_id: UUID) -> bool:
    application = lock_application(application_id)
    discarded = application.state == Application.States.DISCARDED
    reason = "草稿已放弃，材料不再需要" if discarded else "材料在提交前已经换下或删除，不再需要"
    return delete_removed(application, actor=machine("cases.drafts"), at=clock.now(), reason=reason)
