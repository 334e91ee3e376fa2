"""What a provider of SM2 (GB/T 32918) must do. Keys are raw: 32 bytes private, 65 bytes public (04 | x | y)."""

from collections.abc import Sequence
from typing import Protocol


class Provider(Protocol):
    name: str

    def generate(self) -> tuple[bytes, bytes]:
        """A new key pair: (private, public)."""
        ...

    def sign_digest(self, private: bytes, public: bytes, digest: bytes) -> bytes:
        """Sign a 32-byte digest that already covers Z (the signer's identity); ASN.1 DER (r, s)."""
        ...

    def sign_digests(self, private: bytes, public: bytes, digests: Sequence[bytes]) -> list[bytes]:
        """Sign many digests with one key, as `sign_digest` does each."""
        ...

    def verify_digest(self, public: bytes, digest: bytes, signature: bytes) -> bool:
        """Whether the signature is the public key's over the digest; malformed input is simply False."""
        ...

    def encrypt(self, public: bytes, plain: bytes) -> bytes:
        """SM2 encryption of 1 to 255 bytes; ASN.1 DER of C1, C3, C2 (GM/T 0009)."""
        ...

    def decrypt(self, private: bytes, public: bytes, ciphertext: bytes) -> bytes:
        """The plain text, or Tampered."""
        ...
