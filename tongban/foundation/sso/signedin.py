"""How the person of a request signed in at the portal, in the words of OpenID Connect."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from tongban.foundation import clock
from tongban.foundation.identity import stepup
from tongban.foundation.identity.actors import Actor
from tongban.foundation.identity.queries import Account
from tongban.foundation.sso.services import Authentication

METHODS = {
    "password": "pwd",
    "code": "sms",
    "sms": "sms",
    "totp": "otp",
    "recovery_codes": "otp",
    "webauthn": "hwk",
    "national": "fed",
    "socialaccount": "fed",
    "ctid": "fed",
}
"""allauth's names and ours -> `amr` (RFC 8176; `fed` is not registered there: proved to somebody whom we trust)."""


def authentication_of(request: HttpRequest) -> Authentication:
    """From which session, by what and when; several factors are said by `mfa` too."""
    account = request.user
    assert isinstance(account, Account)
    assert request.session.session_key is not None
    records = get_authentication_records(request)
    names = [str(record.get("type") or record["method"]) for record in records]
    methods = list(dict.fromkeys(METHODS.get(name, "user") for name in names)) or ["user"]
    return Authentication(
        portal_session=request.session.session_key,
        level=f"L{stepup.level_of(Actor(account.subject_id, account_id=account.id))}",
        methods=(*methods, *(["mfa"] if len(methods) > 1 else [])),
        at=signed_in_at(request),
    )


def signed_in_at(request: HttpRequest) -> datetime:
    """When he last proved who he is in this session."""
    at = max((float(record["at"]) for record in get_authentication_records(request)), default=0)
    last: datetime | None = getattr(request.user, "last_login", None)
    return datetime.fromtimestamp(at, UTC) if at else last or clock.now()


def longest_age(prompt: set[str], max_age: str | None) -> int | None:
    """How many seconds ago he may have signed in at most; None: it does not matter."""
    wanted = [int(max_age)] if max_age and max_age.isdecimal() and len(max_age) <= 10 else []
    return min([*wanted, *([60] if "login" in prompt else [])], default=None)
