"""Delete files that no draft needs any more: replaced, removed, or of a discarded draft.

What the purpose no longer needs is deleted (《个人信息保护法》第四十七条). The rows of the attachments stay as proof.
Once an application is submitted, the files that a correction replaces stay too, since officers have worked with them.
"""

from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.handling.cases import events
from tongban.handling.cases.locks import lock_application
from tongban.handling.cases.models import Application, Attachment
from tongban.handling.cases.services.watch import each
from tongban.people.identity.actors import Actor, machine
from tongban.trust.files import queries as stored
from tongban.trust.files import services as files

_BATCH = 1000


def delete_removed(application: Application, *, actor: Actor, at: datetime, reason: str = "") -> bool:
    """Delete the files of a locked draft that were removed from it. Return whether there were any."""
    removed = application.attachments.filter(removed_at__isnull=False).values_list("file_id", flat=True)
    count = files.delete(removed)
    if count:
        announce(events.UploadsDeleted(subject=application.id, files=count), actor=actor, at=at, reason=reason)
    return count > 0


def delete_files_of_discarded_drafts() -> int:
    """Delete what was left of drafts that were discarded before discarding did so. Return of how many drafts.

    Raises the first failure after all were tried.
    """
    left = Attachment.objects.filter(application__state=Application.States.DISCARDED)
    drafts: set[UUID] = set()
    pairs = left.values_list("file_id", "application_id").iterator(chunk_size=_BATCH)
    while some := list(islice(pairs, _BATCH)):
        there = stored.still_stored([file_id for file_id, _ in some])
        drafts.update(draft_id for file_id, draft_id in some if file_id in there)
    return each(drafts, _delete)


@transaction.atomic
def _delete(draft_id: UUID) -> bool:
    draft, now = lock_application(draft_id), clock.now()
    draft.attachments.filter(removed_at__isnull=True).update(removed_at=now)
    return delete_removed(draft, actor=machine("cases.drafts"), at=now, reason="草稿已放弃，材料不再需要")
