"""Encodes SM2 signatures, ciphertexts (GM/T 0009-2012) and keys in ASN.1 DER, and DER in PEM."""

import base64

from asn1crypto.core import Integer, OctetString
from asn1crypto.parser import emit
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_UNIVERSAL, _CONSTRUCTED, _SEQUENCE = 0, 1, 16
PUBLIC_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""What precedes the 65 bytes of an SM2 public key in a SubjectPublicKeyInfo."""
PRIVATE_HEAD = bytes.fromhex("30770201010420")
PRIVATE_MIDDLE = bytes.fromhex("a00a06082a811ccf5501822da144034200")
"""What precedes the private key and the public key in an ECPrivateKey (RFC 5915)."""


def signature(r: bytes, s: bytes) -> bytes:
    """Encode a signature (r, s), each in 32 big-endian bytes."""
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def ciphertext(x: bytes, y: bytes, digest: bytes, text: bytes) -> bytes:
    """Encode an SM2 ciphertext: C1 = (x, y), C3 = digest, C2 = text (GM/T 0009 §7.2)."""
    parts = (Integer(int.from_bytes(x)), Integer(int.from_bytes(y)), OctetString(digest), OctetString(text))
    return bytes(emit(_UNIVERSAL, _CONSTRUCTED, _SEQUENCE, b"".join(part.dump() for part in parts)))


def public_key(public: bytes) -> bytes:
    """Encode a public key of 65 uncompressed bytes as SubjectPublicKeyInfo."""
    return PUBLIC_HEAD + public


def private_key(private: bytes, public: bytes) -> bytes:
    """Encode a key pair as ECPrivateKey."""
    return PRIVATE_HEAD + private + PRIVATE_MIDDLE + public


def pem(kind: str, der: bytes) -> str:
    """Return DER in PEM; `kind` is e.g. `PUBLIC KEY`."""
    body = base64.b64encode(der).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"
