"""The session store: Django's in the database, with what it holds encrypted and its key as a digest.

A session keeps what was typed while a second factor is asked for, and a TOTP secret before it is confirmed. The content
is bound to the session's key, so a row copied to another key does not open. The key itself is what a browser signs in
with at each request: the tables of sessions hold its digest, so whoever reads them has no session.
"""

import base64
import json
import re
from typing import Any

from django.contrib.sessions.backends import db
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from tongban.people.signin import cookies, ports
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.services import Tampered

_KEPT = re.compile(r"[0-9a-f]{40}")
"""160 bits in hexadecimal; a key in a cookie has 32 characters."""


def kept_key(session_key: str) -> str:
    """A session's key as the tables have it. What comes from there stays as it is."""
    return session_key if _KEPT.fullmatch(session_key) else crypto.digest(f"session|{session_key}".encode()).hex()[:40]


class SessionStore(db.SessionStore):
    @transaction.atomic
    def cycle_key(self) -> None:
        """Another key for the same session: after each proof, so that a key that was seen before opens nothing.

        What rooms keep by the key follows before the old row is deleted, which would end it.
        """
        data, old = self._session, self.session_key  # type: ignore[attr-defined]
        self.create()
        self._session_cache = data
        if old and self.session_key:
            ports.session_moves(old, self.session_key)
            self.delete(old)

    def _place(self) -> bytes:
        return f"session|{kept_key(self.session_key or '')}".encode()

    def _get_session_from_db(self) -> Any:
        kept = kept_key(self.session_key or "")
        found = self.model.objects.filter(session_key=kept, expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return super().exists(kept_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        made = super().create_model_instance(data)
        made.session_key = kept_key(made.session_key)
        return made

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(kept_key(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        if cookies.is_own_to_host():
            session_dict = session_dict | {cookies.MARK: 1}
        plain = json.dumps(session_dict, separators=(",", ":")).encode()
        return base64.b64encode(crypto.encrypt(plain, bound_to=self._place())).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What the session holds; one that does not open is an empty one, so its owner signs in again."""
        try:
            opened = json.loads(crypto.decrypt(base64.b64decode(session_data), bound_to=self._place()))
        except (Tampered, ValueError):
            return {}
        return opened if isinstance(opened, dict) else {}


class SessionMiddleware(cookies.Sessions):
    """What stands in the tables is no key: a cookie with it is none."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if _KEPT.fullmatch(request.session.session_key or ""):
            request.session = self.SessionStore()


class KeptKeyField(models.CharField):
    """The session's key in allauth's table: written and looked for as its digest."""

    def get_prep_value(self, value: Any) -> Any:
        return kept_key(value) if value else value

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


def keep_digests_in(model: type[models.Model]) -> None:
    """Let allauth's table, whose model is not ours, hold digests too."""
    model._meta.get_field("session_key").__class__ = KeptKeyField
