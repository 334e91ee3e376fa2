"""The one statement that a request with a session begins with: the session, its account, and what that account may.

The session's content names the account, but is encrypted. The row of allauth's list of sessions names it too, in the
clear, and so the statement can read both. It is only a hint: `account_of_session` uses what was read if the content
names the same account, and reads that account itself otherwise.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.utils import timezone

from tongban.foundation import prepared
from tongban.people.identity import queries as identity
from tongban.people.identity.queries import SELECT_STANDING, STANDING_WIDTH, Account

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""The kinds of second factors. Recovery codes alone do not count."""
HAS_FACTOR = "_has_factor"
"""The attribute of an account that says whether it had a second factor when it was read."""
_HAS_FACTOR_SQL = "EXISTS (SELECT 1 FROM mfa_authenticator f WHERE f.user_id = {} AND f.type = ANY(%(factors)s))"
_SESSION_SQL = f"""
SELECT k.session_data, k.expire_date, {_HAS_FACTOR_SQL.format("u.user_id")}, w.*
FROM django_session k
LEFT JOIN usersessions_usersession u ON u.session_key = k.session_key
LEFT JOIN LATERAL ({SELECT_STANDING} u.user_id) w ON true
WHERE k.session_key = %(key)s AND k.expire_date > %(now)s"""  # noqa: S608 (constants only)
_ACCOUNT_SQL = f"""
SELECT {_HAS_FACTOR_SQL.format("%(account)s")}, w.* FROM ({SELECT_STANDING} %(account)s) w"""  # noqa: S608 (constants only)


@dataclass(frozen=True)
class SessionRow:
    """A session that has not expired, still sealed, and the account that the list of sessions names for it."""

    data: str
    expires_at: datetime
    account: Account | None


def read_session(digest: str) -> SessionRow | None:
    """Return the session with this digest, with its account. None where there is none or it has expired. One query."""
    values = {
        "key": digest,
        "now": timezone.now(),
        "factors": list(FACTORS),
        **identity.standing_parameters(),
    }
    row = prepared.fetch_one(_SESSION_SQL, values)
    return SessionRow(row[0], row[1], _account(row[2:])) if row is not None else None


def read_account(account_id: UUID) -> Account | None:
    """Return an account with its standing and the answer of `had_factor`. One query."""
    values = {"account": account_id, "factors": list(FACTORS), **identity.standing_parameters()}
    row = prepared.fetch_one(_ACCOUNT_SQL, values)
    return _account(row) if row is not None else None


def _account(row: Sequence[Any]) -> Account | None:
    has_factor, *standing = row
    assert len(standing) == STANDING_WIDTH
    if standing[0] is None:
        return None  # no list of sessions names an account; a password is never null
    account = identity.standing_of_row(standing).account
    setattr(account, HAS_FACTOR, has_factor)
    return account


_read_with_session: ContextVar[list[Account] | None] = ContextVar("read_with_session", default=None)


@contextmanager
def offered(accounts: list[Account]) -> Iterator[None]:
    """Offer `account_of_session` what a session's statement puts into `accounts` while the block runs."""
    token = _read_with_session.set(accounts)
    try:
        yield
    finally:
        _read_with_session.reset(token)


def account_of_session(account_id: UUID) -> Account | None:
    """Return the account that a session's content names: as read with the session, otherwise by a query of its own."""
    offered_ones = _read_with_session.get() or ()
    return next((account for account in offered_ones if account.id == account_id), None) or read_account(account_id)
