"""Access tokens of the provider as one kind of token of the programming interface."""

from dataclasses import replace

from allauth.idp.oidc.models import Token

from tongban.people.api.access import Bearer
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Channel
from tongban.people.sso import queries
from tongban.people.sso.openid.server import PREFIX


def bearer_of(text: str) -> Bearer | None:
    """Return the person who signed in at a system and acts through it, with the scopes that it was granted.

    None where the account is not the person's own. Posts cannot be used through a system.
    """
    found = queries.token_status(text, Token.Type.ACCESS_TOKEN) if text.startswith(PREFIX) else None
    if found is None or found.connection is None or not found.may_act:
        return None
    actor = identity.citizen_of(found.connection.account)
    if actor is None:
        return None
    acting = replace(actor, principal_id=found.connection.principal_id, channel=Channel.API)
    return Bearer(found.connection.id, acting, frozenset(found.token.get_scopes()))
