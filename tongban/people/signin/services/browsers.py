"""Remember the browsers in which people proved who they are, and forget them."""

from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account
from tongban.people.signin import events
from tongban.people.signin.models import KnownBrowser
from tongban.people.signin.queries import browser_digest


@transaction.atomic
def remember_browser(account: Account, name: str, *, device: str) -> None:
    """Record that the account's person proved who they are in the browser of this name. `device` is shown to them."""
    now = clock.now()
    known, made = KnownBrowser.objects.update_or_create(
        account_id=account.id,
        name_digest=browser_digest(account, name),
        defaults={"last_at": now, "device": device[:60]},
        create_defaults={"last_at": now, "device": device[:60], "since": now},
    )
    if made:
        remembered = events.BrowserRemembered(subject=account.id, browser=str(known.id))
        announce(remembered, actor=Actor(subject_id=account.subject_id), at=now)


@transaction.atomic
def forget_browser(account: Account, browser_id: UUID) -> bool:
    """Let the account forget one browser, as its person wants. Return whether it did."""
    return _forget(account, by="self", only=browser_id)


@transaction.atomic
def forget_browsers(account: Account, *, by: str) -> None:
    """Let the account forget all browsers, because its password changed or its phone has another holder."""
    _forget(account, by=by)


def _forget(account: Account, *, by: str, only: UUID | None = None) -> bool:
    now = clock.now()
    known = KnownBrowser.objects.select_for_update().filter(account_id=account.id, ended_at=None).order_by("id")
    found = list(known.filter(id=only) if only else known)
    for one in found:
        one.ended_at = now
        one.save(update_fields=["ended_at"])
        forgotten = events.BrowserForgotten(subject=account.id, browser=str(one.id), by=by)
        announce(forgotten, actor=Actor(subject_id=account.subject_id), at=now)
    return bool(found)
