"""The interface of an SM2 provider (GB/T 32918). Keys are raw: 32 bytes private, 65 bytes public (04 | x | y)."""

from collections.abc import Sequence
from typing import Protocol


class Provider(Protocol):
    """An implementation of SM2; the modules of this package implement it with functions."""

    name: str

    def generate(self) -> tuple[bytes, bytes]:
        """Generate a key pair: (private, public)."""
        ...

    def sign_digest(self, private: bytes, public: bytes, digest: bytes) -> bytes:
        """Sign a 32-byte digest that already covers Z (the signer's identity); return ASN.1 DER of (r, s)."""
        ...

    def sign_digests(self, private: bytes, public: bytes, digests: Sequence[bytes]) -> list[bytes]:
        """Sign many digests with one key, each as `sign_digest` does."""
        ...

    def verify_digest(self, public: bytes, digest: bytes, signature: bytes) -> bool:
        """Return whether the signature of the digest is valid; False for malformed input."""
        ...

    def encrypt(self, public: bytes, plain: bytes) -> bytes:
        """Encrypt 1 to 255 bytes; return ASN.1 DER of C1, C3, C2 (GM/T 0009)."""
        ...

    def decrypt(self, private: bytes, public: bytes, ciphertext: bytes) -> bytes:
        """Decrypt. Raises Tampered when the ciphertext does not open."""
        ...
