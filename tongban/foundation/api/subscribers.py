"""Tokens for a firm end with the right to act for it."""

from uuid import UUID

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.foundation.api import services
from tongban.foundation.identity.actors import machine
from tongban.foundation.identity.events import RepresentativeEnded


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
