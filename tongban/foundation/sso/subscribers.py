"""A session of the portal that is gone takes the sign-ins at the systems with it.

However it ended (signed out, signed out from another device, expired and cleared away, account locked): its row is
deleted, and that is what is listened for.
"""

from typing import Any

from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete
from django.dispatch import receiver

from tongban.foundation.identity.actors import machine
from tongban.foundation.sso import queries, services


@receiver(post_delete, sender=Session, dispatch_uid="sso.session-ended")
def session_ended(instance: Session, **_: Any) -> None:
    found = queries.open_connections().filter(portal_session=queries.digest_of(instance.session_key))
    if found.exists():
        services.end_connections(found, actor=machine("session-ended"))
