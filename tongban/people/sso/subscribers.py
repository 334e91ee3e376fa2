"""What ends sign-ins at systems: a session of the portal that is gone, and a right to act that is lost.

However a session ended (signed out, signed out from another device, expired and cleared away, account locked): its row
is deleted, and that is what is listened for.
"""

from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete
from django.dispatch import receiver

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.people.identity.actors import machine
from tongban.people.identity.events import RepresentativeEnded
from tongban.people.sso import queries, services


@receiver(post_delete, sender=Session, dispatch_uid="sso.session-ended")
def session_ended(instance: Session, **_: Any) -> None:
    found = queries.open_connections().filter(portal_session=queries.digest_of_session(instance.session_key))
    if found.exists():
        services.end_connections(found, actor=machine("session-ended"))


@subscriber(RepresentativeEnded)
def representative_ended(told: Announcement) -> None:
    """His tokens in the firm's name opened nothing from that moment on; now they are gone, and the systems are told."""
    services.end_acting(
        UUID(told.payload["person"]), principal_id=told.subject, until=told.at, actor=machine("representative-ended")
    )
