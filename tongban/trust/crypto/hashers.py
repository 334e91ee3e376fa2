"""Password hashing: PBKDF2 (GM/T 0091-2020) with HMAC-SM3 (GB/T 32905)."""

import base64

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher


class PBKDF2SM3PasswordHasher(PBKDF2PasswordHasher):
    """The preferred hasher. Django rehashes passwords of other hashers at the next sign-in."""

    algorithm = "pbkdf2_sm3"

    @property
    def iterations(self) -> int:  # type: ignore[override]
        """The setting PASSWORD_ITERATIONS. A password with another count is rehashed at the next sign-in."""
        return int(settings.PASSWORD_ITERATIONS)

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Return `pbkdf2_sm3$iterations$salt$hash`, the hash being 32 bytes in base64."""
        self._check_encode_args(password, salt)  # type: ignore[attr-defined]
        count = iterations or self.iterations
        made = PBKDF2HMAC(SM3(), 32, salt.encode(), count).derive(password.encode())
        return f"{self.algorithm}${count}${salt}${base64.b64encode(made).decode()}"
