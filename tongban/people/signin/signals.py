"""What follows when a session begins or ends or a factor is added or removed, in the same transaction."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import user_logged_in as signed_in
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from tongban.people.identity import queries as identity
from tongban.people.signin import known_browsers, queries, services
from tongban.people.signin.session_guard import begin_session
from tongban.trust.crypto.masking import mask


@receiver(user_logged_in)
def _session_begins(request: HttpRequest, user: identity.Account, **_: object) -> None:
    """Record the start of the session and the known browser, however the person signed in."""
    begin_session(request, user)
    known_browsers.remember_sign_in(request, user, trusted=known_browsers.has_strong_proof(request))


@receiver(signed_in)
def _signed_in(request: HttpRequest, user: identity.Account, **_: object) -> None:
    records = get_authentication_records(request, user)
    methods = [str(r.get("type") or r["method"]) for r in records if r["at"] > time.time() - 15 * 60]
    services.note_sign_in(user, methods=methods or ["password"])
    if (lost := queries.lost_phone(user)) is not None:
        text = "您账号的手机号 {} 有了新的机主，已经解除。请在“账号与安全”里登记现在的手机号。"
        messages.warning(request, text.format(mask("phone", lost.phone)), fail_silently=True)


@receiver(user_logged_out)
def _session_ends(request: HttpRequest, user: identity.Account | None, **_: object) -> None:
    if user is not None:
        services.note_sign_out(user, by=getattr(request, "_signed_out_by", "self"))


@receiver(post_save, sender=Authenticator)
def _factor_added(instance: Authenticator, created: bool, **_: object) -> None:
    if created:
        services.note_factor(_holder(instance), kind=instance.type, added=True)


@receiver(post_delete, sender=Authenticator)
def _factor_removed(instance: Authenticator, **_: object) -> None:
    services.note_factor(_holder(instance), kind=instance.type, added=False)


def _holder(authenticator: Authenticator) -> identity.Account:
    account = identity.account_of(authenticator.user_id)
    assert account is not None
    return account
