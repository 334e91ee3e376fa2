"""Encodes SM2 signatures and ciphertexts in ASN.1 DER (GM/T 0009-2012)."""

from asn1crypto.core import Integer, OctetString
from asn1crypto.parser import emit
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_UNIVERSAL, _CONSTRUCTED, _SEQUENCE = 0, 1, 16


def signature(r: bytes, s: bytes) -> bytes:
    """Encode a signature (r, s), each in 32 big-endian bytes."""
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def ciphertext(x: bytes, y: bytes, digest: bytes, text: bytes) -> bytes:
    """Encode an SM2 ciphertext: C1 = (x, y), C3 = digest, C2 = text (GM/T 0009 §7.2)."""
    parts = (Integer(int.from_bytes(x)), Integer(int.from_bytes(y)), OctetString(digest), OctetString(text))
    return bytes(emit(_UNIVERSAL, _CONSTRUCTED, _SEQUENCE, b"".join(part.dump() for part in parts)))
