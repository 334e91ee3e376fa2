"""SM2 keys for programs that run without Django, such as the verifier and the witness; PEM as `openssl` writes it."""

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path

from tongban.trust.crypto import der, primitives


class NotAKey(ValueError):
    """The text is not an SM2 key in PEM."""


@dataclass(frozen=True)
class KeyPair:
    """An SM2 key pair: 32 bytes private, 65 bytes public (uncompressed)."""

    private: bytes
    public: bytes

    def sign(self, data: bytes) -> bytes:
        """Sign with SM2 over SM3 (GB/T 32918.2); the signature is ASN.1 DER."""
        digest = primitives.sm2_digest(self.public, data)
        return primitives.provider().sign_digest(self.private, self.public, digest)


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Return whether the signature over the data is valid; False for malformed input."""
    return primitives.provider().verify_digest(public, primitives.sm2_digest(public, data), signature)


def public_pem(public: bytes) -> str:
    """Encode a public key of 65 uncompressed bytes as SubjectPublicKeyInfo in PEM."""
    return der.pem("PUBLIC KEY", der.public_key(public))


def read_public(pem: str) -> bytes:
    """Decode a public key in PEM to 65 uncompressed bytes. Raises NotAKey."""
    bare = _bare("PUBLIC KEY", pem)
    public = bare.removeprefix(der.PUBLIC_HEAD)
    if len(public) != 65 or len(bare) == len(public):
        raise NotAKey("this is not an SM2 public key in PEM")
    return public


def own_pair(path: Path) -> KeyPair:
    """Read the key pair in a file, creating it with mode 0600 if it does not exist. Raises NotAKey."""
    if not path.exists():
        private, public = primitives.provider().generate()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(der.pem("EC PRIVATE KEY", der.private_key(private, public)))
    bare = _bare("EC PRIVATE KEY", path.read_text())
    pair = KeyPair(bare[7:39], bare[56:])
    if len(bare) != 121 or bare != der.private_key(pair.private, pair.public):
        raise NotAKey(f"{path} does not hold an SM2 private key in PEM")
    return pair


def _bare(kind: str, pem: str) -> bytes:
    _, begin, rest = pem.partition(f"-----BEGIN {kind}-----")
    body, end, _ = rest.partition(f"-----END {kind}-----")
    if not begin or not end:
        raise NotAKey(f"no {kind} in PEM was found")
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        raise NotAKey(f"the {kind} is not base64") from None
