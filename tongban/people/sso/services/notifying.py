"""Notify systems that somebody signed out (OpenID Connect Back-Channel Logout 1.0)."""

from urllib.parse import urlencode
from uuid import UUID

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.outbound import Unreached, call
from tongban.people.sso import signing
from tongban.people.sso.claims import subject_id_of
from tongban.people.sso.models import Connection
from tongban.people.sso.queries import may_call

TIMEOUT = 5
"""Timeout of one call in seconds."""
MAX_TRIES = 9
"""How often it is tried, within about 17 minutes. Then the portal's pages show the failure."""
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}
EVENT = "http://schemas.openid.net/event/backchannel-logout"


class LogoutNotDelivered(RuntimeError):
    """The system did not accept the notice. The queue retries it."""


def notify_logout(connection_id: UUID) -> None:
    """Send the logout token, once. Raises LogoutNotDelivered, which makes the queue retry."""
    found = Connection.objects.select_related("system__client", "account").filter(id=connection_id).first()
    if found is None or found.telling == Connection.LogoutDelivery.TOLD:
        return
    client = found.system.client
    address = client.data["logout_uri"] if client else ""
    if not address:
        return
    found.tries += 1
    try:
        _post(address, logout_token(found))
    except LogoutNotDelivered:
        found.telling = (
            Connection.LogoutDelivery.FAILED if found.tries >= MAX_TRIES else Connection.LogoutDelivery.WAITING
        )
        found.save(update_fields=["telling", "tries"])
        raise
    found.telling = Connection.LogoutDelivery.TOLD
    found.save(update_fields=["telling", "tries"])


def logout_token(connection: Connection) -> str:
    """Return the logout token. It has no nonce, so that it cannot pass for an ID token (section 2.4)."""
    now = int(clock.now().timestamp())
    content: dict[str, object] = {
        "iss": signing.issuer(),
        "aud": connection.system.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": new_id().hex,
        "sub": subject_id_of(connection.account),
        "sid": str(connection.id),
        "events": {EVENT: {}},
    }
    return signing.sign(content, kind="logout+jwt")


def _post(address: str, token: str) -> None:
    body = urlencode({"logout_token": token}).encode()
    try:
        answer = call("single-logout", address, body=body, headers=HEADERS, timeout=TIMEOUT, may_call=may_call)
    except Unreached as failure:
        raise LogoutNotDelivered(f"{address} was not reached: {type(failure).__name__}") from None
    if not answer.ok:
        raise LogoutNotDelivered(f"{address} answered {answer.status}")
