"""The session store: Django's database store with encrypted content and digests in place of keys.

A session holds what was typed before a second factor was asked for, and TOTP secrets before they are confirmed. The
content is bound to the session's key: a row copied to another key cannot be decrypted. The key itself is a credential,
so the tables hold only its digest: whoever reads them cannot use a session.
"""

import base64
import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from tongban.people.signin import cookies, ports
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


def browser_of(request: HttpRequest) -> str:
    """Return the key of the browser's session, which begins now if it had none: one browser, as long as it keeps it."""
    if not request.session.session_key:
        request.session.create()
    return request.session.session_key or ""


class SessionStore(db.SessionStore):
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
        kept = session_digest(self.session_key or "")
        found = self.model.objects.filter(session_key=kept, expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

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
