"""ASK: who stands behind a token, and which tokens there are."""

from dataclasses import replace
from uuid import UUID

from tongban.foundation import clock
from tongban.people.api.models import ApiToken
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel
from tongban.trust.crypto.services import digest

PREFIX = "tb_"
"""So that a token that lies about in a text is recognised."""


def token_of(text: str) -> ApiToken | None:
    """The token that is in force now. That it was used is noted once a day."""
    now = clock.now()
    rows = ApiToken.objects.filter(digest=digest(text.encode()).hex(), revoked_at=None, expires_at__gt=now)
    found = rows.select_related("account").first()
    if found is not None and found.used_on != clock.legal_day(now):
        ApiToken.objects.filter(id=found.id).update(used_on=clock.legal_day(now))
    return found


def actor_of(token: ApiToken) -> Actor | None:
    """Who acts with the token, and in whose name; None where he may no longer."""
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
    """The tokens of a subject, newest first."""
    return list(ApiToken.objects.filter(subject_id=subject_id).order_by("-issued_at")[:100])
