"""ASK: who acts with a token, and the tokens of a subject."""

from dataclasses import replace
from uuid import UUID

from tongban.foundation import clock
from tongban.people.api.models import ApiToken
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel
from tongban.trust.crypto.services import digest

PREFIX = "tb_"
"""Makes a leaked token recognisable."""


def token_of(text: str) -> ApiToken | None:
    """Return the token if it is in force."""
    rows = ApiToken.objects.filter(digest=digest(text.encode()).hex(), revoked_at=None, expires_at__gt=clock.now())
    return rows.select_related("account").first()


def actor_of(token: ApiToken) -> Actor | None:
    """Return who acts with the token and in whose name; None where they no longer may."""
    actor: Actor | None
    if token.account is not None:
        actor = identity.citizen_of(token.account, token.subject_id)
    else:
        actor = identity.actor_of_subject(token.subject_id)
        if actor.is_officer or identity.has_closed_account(token.subject_id):
            return None
    if actor is None:
        return None
    if token.principal_id != token.subject_id and not identity.represents(token.subject_id, token.principal_id):
        return None
    return replace(actor, principal_id=token.principal_id, channel=Channel.API)


def tokens_of(subject_id: UUID) -> list[ApiToken]:
    """Return the tokens of a subject, the newest first."""
    return list(ApiToken.objects.filter(subject_id=subject_id).order_by("-issued_at")[:100])
