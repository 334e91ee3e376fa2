"""Signatures and ciphertexts of SM2 in ASN.1 DER."""

from asn1crypto.core import Integer, OctetString, Sequence
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


class _Ciphertext(Sequence):
    """GM/T 0009 §7.2: C1 = (x, y), C3, C2."""

    _fields = [("x", Integer), ("y", Integer), ("hash", OctetString), ("ciphertext", OctetString)]


def signature(r: bytes, s: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(r), int.from_bytes(s))


def ciphertext(x: bytes, y: bytes, digest: bytes, text: bytes) -> bytes:
    """An SM2 ciphertext: C1 = (x, y), C3 = digest, C2 = text."""
    parts = {"x": int.from_bytes(x), "y": int.from_bytes(y), "hash": digest, "ciphertext": text}
    return bytes(_Ciphertext(parts).dump())
