"""The session store: Django's database store with encrypted content and digests in place of keys.

A session holds what was typed before a second factor was asked for, and TOTP secrets before they are confirmed. The
content is bound to the session's key: a row copied to another key cannot be decrypted. The key itself is a credential,
so the tables hold only its digest: whoever reads them cannot use a session.
"""

import base64
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, middleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tongban.people.identity.queries import Account
from tongban.people.signin import cookies, ports, reading
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.services import Tampered

if TYPE_CHECKING:
    _CharField = models.CharField[str | None, str | None]
else:
    _CharField = models.CharField  # cannot be subscripted when it runs

_DIGEST_PATTERN = re.compile(r"[0-9a-f]{40}")
"""A digest: 160 bits in hexadecimal. A key in a cookie has 32 characters."""
_MOVED_BACKENDS = {"tongban.foundation.signin.backends.AccountBackend": "tongban.people.signin.backends.AccountBackend"}
"""Paths of our authentication backend in sessions from before it moved, and where it is now."""


def session_digest(session_key: str) -> str:
    """Return the digest of a session's key that the tables hold. A digest is returned unchanged."""
    return (
        session_key
        if _DIGEST_PATTERN.fullmatch(session_key)
        else crypto.digest(f"session|{session_key}".encode()).hex()[:40]
    )


class SessionStore(db.SessionStore):
    """A session. Loading it reads its account by the same statement (`reading.read_session`)."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self.read_with_it: list[Account] = []
        """The account that the list of sessions names for this one, once it is loaded."""

    @transaction.atomic
    def cycle_key(self) -> None:
        """Give the session another key, after each proof, so that a stolen older key becomes useless.

        Rooms move what they store under the key before the old row is deleted, since its deletion would end that.
        """
        data, old = dict(self.items()), self.session_key
        self.create()
        self._session_cache = data
        if old and self.session_key:
            ports.follow_session(old, self.session_key)
            self.delete(old)

    def _place(self) -> bytes:
        return f"session|{session_digest(self.session_key or '')}".encode()

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        digest = session_digest(self.session_key or "")
        found = reading.read_session(digest)
        if found is None:
            self._session_key = None
            return None
        self.read_with_it[:] = [found.account] if found.account is not None else []
        return self.model(session_key=digest, session_data=found.data, expire_date=found.expires_at)

    def exists(self, session_key: str) -> bool:
        return super().exists(session_digest(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        made = super().create_model_instance(data)
        made.session_key = session_digest(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(session_digest(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        if cookies.is_own_to_host():
            session_dict = session_dict | {cookies.MARK: 1}
        plain = json.dumps(session_dict, separators=(",", ":")).encode()
        return base64.b64encode(crypto.encrypt(plain, bound_to=self._place())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the content. One that cannot be decrypted counts as empty, so that its owner signs in again."""
        try:
            opened = json.loads(crypto.decrypt(base64.b64decode(session_data), bound_to=self._place()))
        except (Tampered, ValueError):
            return {}
        if not isinstance(opened, dict):
            return {}
        backend = opened.get(BACKEND_SESSION_KEY)
        return opened | {BACKEND_SESSION_KEY: _MOVED_BACKENDS[backend]} if backend in _MOVED_BACKENDS else opened


class SessionMiddleware(cookies.Sessions):
    """Refuse a digest from the tables as a key in a cookie."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if _DIGEST_PATTERN.fullmatch(request.session.session_key or ""):
            request.session = self.SessionStore()


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    """Find the signed-in account by Django's rules, without another query where it came with the session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = cast(Account, SimpleLazyObject(lambda: _user_of(request)))


def _user_of(request: HttpRequest) -> Account | AnonymousUser:
    state = vars(request)
    if "_cached_user" not in state:  # Django's own name, which signing in and out reset
        session = request.session
        assert isinstance(session, SessionStore)
        with reading.offered(session.read_with_it):
            state["_cached_user"] = auth.get_user(request)
    user: Account | AnonymousUser = state["_cached_user"]
    return user


class SessionDigestField(_CharField):
    """The session's key in allauth's table, written and looked up as its digest."""

    def get_prep_value(self, value: str | None) -> str | None:
        return session_digest(value) if value else value

    def deconstruct(self) -> tuple[str, str, Sequence[object], dict[str, Any]]:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def store_session_digests(model: type[models.Model]) -> None:
    """Make the `session_key` of allauth's model, which is not ours, store digests."""
    model._meta.get_field("session_key").__class__ = SessionDigestField
