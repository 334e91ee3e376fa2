"""Tokens for a firm end with the right to act for it."""

from uuid import UUID

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.people.api import services
from tongban.people.identity.actors import machine
from tongban.people.identity.events import AccountClosed, AccountUnbound, RepresentativeEnded


@subscriber(RepresentativeEnded)
def representative_ended(told: Announcement) -> None:
    """They opened nothing from that moment on; revoked, they stay so should he represent it again."""
    services.revoke_tokens_for(
        told.subject,
        holder_id=UUID(told.payload["person"]),
        until=told.at,
        reason="不再代表这个组织",
        actor=machine("representative-ended"),
    )


@subscriber(AccountClosed)
def account_closed(told: Announcement) -> None:
    """They opened nothing from that moment on; revoked, the list of tokens says so."""
    services.revoke_tokens_of_account(told.subject, reason="账号已注销", actor=machine("account-closed"))


@subscriber(AccountUnbound)
def account_unbound(told: Announcement) -> None:
    """Whoever objected does not want what was issued for an account that was never theirs."""
    services.revoke_tokens_of_account(told.subject, reason="账号归属已撤销", actor=machine("account-unbound"))
