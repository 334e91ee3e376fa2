"""Revoke tokens when the right to act, or the account, ends."""

from uuid import UUID

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.people.api import services
from tongban.people.identity.actors import machine
from tongban.people.identity.events import AccountClosed, AccountUnbound, RepresentativeEnded


@subscriber(RepresentativeEnded)
def representative_ended(announcement: Announcement) -> None:
    """Revoke the tokens, so that they stay void if the person represents the firm again."""
    services.revoke_tokens_for(
        announcement.subject,
        holder_id=UUID(announcement.payload["person"]),
        until=announcement.at,
        reason="不再代表这个组织",
        actor=machine("representative-ended"),
    )


@subscriber(AccountClosed)
def account_closed(announcement: Announcement) -> None:
    """Revoke the tokens of a closed account, so that the list of tokens shows it."""
    services.revoke_tokens_of_account(announcement.subject, reason="账号已注销", actor=machine("account-closed"))


@subscriber(AccountUnbound)
def account_unbound(announcement: Announcement) -> None:
    """Revoke the tokens of an account that the person objected to."""
    services.revoke_tokens_of_account(announcement.subject, reason="账号归属已撤销", actor=machine("account-unbound"))
