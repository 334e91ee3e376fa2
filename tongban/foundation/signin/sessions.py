"""The session store: Django's in the database, with what it holds encrypted.

A session keeps what was typed while a second factor is asked for, and a TOTP secret before it is confirmed. The content
is bound to the session's key, so a row copied to another key does not open.
"""

import base64
import json
from typing import Any

from django.contrib.sessions.backends import db

from tongban.foundation.crypto import services as crypto
from tongban.foundation.crypto.services import Tampered
from tongban.foundation.signin import cookies


class SessionStore(db.SessionStore):
    def _place(self) -> bytes:
        return f"session|{self.session_key}".encode()

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
