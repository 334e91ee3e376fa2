"""ASK: who acts with a token, and the tokens of a subject."""

from dataclasses import dataclass, replace
from uuid import UUID

from tongban.foundation import clock, prepared, rows
from tongban.people.api.models import ApiToken
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.queries import Account
from tongban.trust.crypto.services import digest

PREFIX = "tb_"
"""Makes a leaked token recognisable."""


_TOKEN_SQL = f"""
SELECT {rows.columns(ApiToken, "t")}, {rows.columns(Account, "a")},
  t.principal_id = t.subject_id OR EXISTS (SELECT 1 FROM identity_representation r
    WHERE r.person_id = t.subject_id AND r.organisation_id = t.principal_id AND r.ended_at IS NULL),
  EXISTS (SELECT 1 FROM identity_appointment h WHERE h.subject_id = t.subject_id AND {identity.APPOINTMENT_HOLDS}),
  (SELECT bool_or(o.is_active) FROM identity_account o WHERE o.subject_id = t.subject_id)
FROM api_token t LEFT JOIN identity_account a ON a.id = t.account_id
WHERE t.digest = %(digest)s AND t.revoked_at IS NULL AND t.expires_at > %(now)s"""  # noqa: S608 (constants only)
_TOKEN = rows.width(ApiToken)


@dataclass(frozen=True)
class TokenInForce:
    """A token that is neither revoked nor expired, and what its holder may do now, read in one statement."""

    token: ApiToken
    for_principal: bool
    """Whether the holder is the principal or represents it."""
    is_officer: bool
    has_open_account: bool | None
    """None where the holder never had an account."""


def token_of(text: str) -> TokenInForce | None:
    """Return the token if it is in force. One query."""
    values = {
        "digest": digest(text.encode()).hex(),
        "now": clock.now(),
        **identity.standing_parameters(),
    }
    row = prepared.fetch_one(_TOKEN_SQL, values)
    if row is None:
        return None
    token = rows.instance(ApiToken, row[:_TOKEN])
    *account, for_principal, is_officer, has_open_account = row[_TOKEN:]
    token.account = rows.instance(Account, account) if token.account_id is not None else None
    return TokenInForce(token, for_principal, is_officer, has_open_account)


def actor_of(found: TokenInForce) -> Actor | None:
    """Return who acts with the token and in whose name; None where they no longer may. No query."""
    token = found.token
    actor: Actor | None
    if token.account is not None:
        actor = identity.citizen_of(token.account, token.subject_id)
    elif found.is_officer or found.has_open_account is False:
        return None
    else:
        actor = Actor(subject_id=token.subject_id, principal_id=token.subject_id)
    if actor is None or not found.for_principal:
        return None
    return replace(actor, principal_id=token.principal_id, channel=Channel.API)


def tokens_of(subject_id: UUID) -> list[ApiToken]:
    """Return the tokens of a subject, the newest first."""
    return list(ApiToken.objects.filter(subject_id=subject_id).order_by("-issued_at")[:100])
