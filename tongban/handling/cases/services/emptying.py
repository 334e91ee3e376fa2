"""Every night: discard drafts that nobody works on (《个人信息保护法》第十九条), and empty discarded ones."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.handling.cases.locks import lock_application
from tongban.handling.cases.models import Application
from tongban.handling.cases.rules.drafts import emptied_on
from tongban.handling.cases.services.drafts import discard, empty
from tongban.people.identity.actors import machine


def discard_idle_drafts() -> int:
    """Discard the drafts that nobody has saved for `settings.DRAFT_DAYS` days; return how many. Safe to repeat.

    Requests for corrections that were made from them go on.
    """
    before = clock.now() - timedelta(days=settings.DRAFT_DAYS - 1)
    idle = Application.objects.filter(state=Application.States.DRAFT, saved_at__lt=before).order_by("saved_at")
    return sum(_discard(draft_id) for draft_id in list(idle.values_list("id", flat=True)))


@transaction.atomic
def _discard(draft_id: UUID) -> bool:
    """Discard a draft unless its applicant has submitted, discarded or saved it in between."""
    draft = lock_application(draft_id)
    today, days = clock.legal_day(clock.now()), settings.DRAFT_DAYS
    if draft.state != Application.States.DRAFT or today < emptied_on(clock.legal_day(draft.saved_at), days):
        return False
    discard(draft, actor=machine("cases.drafts"), reason=f"草稿 {days} 天没有改动，按隐私政策清空")
    return True


def empty_discarded_drafts() -> int:
    """Delete what was filled in from drafts that were discarded before discarding did so. Return how many there were.

    Every draft with a fact or an answer of a record has sources.
    """
    full = list(Application.objects.filter(state=Application.States.DISCARDED).exclude(sources={}))
    for application in full:
        empty(application)
    return len(full)
