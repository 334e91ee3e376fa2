"""Every night: discard drafts that nobody works on (《个人信息保护法》第十九条), and empty discarded ones."""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.handling.cases.locks import lock_application
from tongban.handling.cases.models import Application, DraftTerm
from tongban.handling.cases.queries.draft_terms import term_noted
from tongban.handling.cases.rules.drafts import NOTICE_DAYS
from tongban.handling.cases.services.drafts import discard, empty
from tongban.handling.cases.services.watch import each
from tongban.people.identity.actors import machine


def discard_idle_drafts() -> int:
    """Discard the drafts that nobody has saved for `settings.DRAFT_DAYS` days; return how many. Safe to repeat.

    After the setting was changed, none is discarded until the applicants have had notice. Requests for corrections that
    were made from a draft go on. Raises the first failure after all drafts were tried.
    """
    today, days = clock.legal_day(clock.now()), settings.DRAFT_DAYS
    since = _note_term(days, today)
    if today < since + timedelta(days=NOTICE_DAYS):
        return 0
    first_kept = clock.start_of(today - timedelta(days=days - 1))
    idle = Application.objects.filter(state=Application.States.DRAFT, saved_at__lt=first_kept).order_by("saved_at")
    return each(idle.values_list("id", flat=True), _discard)


def _note_term(days: int, today: date) -> date:
    """Return the day from which drafts are kept for `days` days, and note it if that is new."""
    noted = term_noted()
    if noted is None or noted.days != days:
        noted = DraftTerm.objects.create(days=days, since=today)
    return noted.since


@transaction.atomic
def _discard(draft_id: UUID) -> bool:
    """Discard a draft unless its applicant has submitted, discarded or saved it in between."""
    draft = lock_application(draft_id)
    today, days = clock.legal_day(clock.now()), settings.DRAFT_DAYS
    if draft.state != Application.States.DRAFT or clock.legal_day(draft.saved_at) > today - timedelta(days=days):
        return False
    discard(draft, actor=machine("cases.drafts"), reason=f"草稿 {days} 天没有改动，按隐私政策清空")
    return True


def empty_discarded_drafts() -> int:
    """Delete what was filled in from drafts that were discarded before discarding did so. Return how many there were.

    Every draft with a fact or an answer of a record has sources. Raises the first failure after all were tried.
    """
    full = Application.objects.filter(state=Application.States.DISCARDED).exclude(sources={})
    return each(full.values_list("id", flat=True), _empty)


@transaction.atomic
def _empty(draft_id: UUID) -> bool:
    empty(lock_application(draft_id))
    return True
