"""End sign-ins at systems when the portal's session ends, or a mandate, a post or another right does.

A session may end by signing out here or elsewhere, by expiry, or because the account was closed. In each case its row
is deleted, which this module listens for.
"""

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete
from django.dispatch import receiver

from tongban.foundation.announcements.subscriptions import Announcement, subscriber
from tongban.people.identity.actors import machine
from tongban.people.identity.events import AppointmentEnded, MandateEnded, MandatePaused, RepresentativeEnded
from tongban.people.sso import queries, services


@receiver(post_delete, sender=Session, dispatch_uid="sso.session-ended")
def session_ended(instance: Session, **_: object) -> None:
    found = queries.open_connections().filter(portal_session=queries.digest_of_session(instance.session_key))
    if found.exists():
        services.end_connections(found, actor=machine("session-ended"))


@subscriber(MandateEnded)
@subscriber(MandatePaused)
def mandate_over(announcement: Announcement) -> None:
    """Notify the systems at which the helper signed in while they acted by the mandate."""
    services.end_with_mandate(announcement.subject, until=announcement.at, actor=machine("mandate-over"))


@subscriber(AppointmentEnded)
def post_ended(announcement: Announcement) -> None:
    """Notify the systems that know the officer's posts; their tokens end."""
    services.end_with_post(
        UUID(announcement.payload["holder"]), until=announcement.at, actor=machine("appointment-ended")
    )


@subscriber(RepresentativeEnded)
def representative_ended(announcement: Announcement) -> None:
    """Delete the tokens in the firm's name, which opened nothing since the event, and notify the systems."""
    services.end_acting(
        UUID(announcement.payload["person"]),
        principal_id=announcement.subject,
        until=announcement.at,
        actor=machine("representative-ended"),
    )
