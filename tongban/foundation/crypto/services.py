"""DO: digest, sign, encrypt by key id. One local data key for now; the key hierarchy comes behind this door."""

import base64
import unicodedata
from functools import cache

from django.conf import settings
from django.db import transaction

from tongban.foundation.crypto import primitives
from tongban.foundation.crypto.models import SigningKey
from tongban.foundation.crypto.primitives import Tampered

LOCAL_KEY = b"\x01"
"""Key id of the one local data key, the first byte of every sealed value."""


def digest(data: bytes) -> bytes:
    """SM3, 32 bytes."""
    return primitives.sm3(data)


def sign(key_id: str, data: bytes) -> bytes:
    """SM2 over SM3 with the default signer identity, ASN.1 DER; the key pair is made at its first use."""
    private, public = _key_pair(key_id)
    return primitives.provider().sign_digest(private, public, primitives.sm2_digest(public, data))


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature is the public key's over the data."""
    return primitives.provider().verify_digest(
        bytes(public_key), primitives.sm2_digest(bytes(public_key), data), bytes(signature)
    )


def public_key(key_id: str) -> bytes:
    """The public key, 65 bytes uncompressed."""
    return _key_pair(key_id)[1]


def public_key_pem(key_id: str) -> str:
    """The public key as SubjectPublicKeyInfo in PEM, readable by the `openssl` command."""
    head = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
    body = base64.b64encode(head + public_key(key_id)).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


def encrypt(plain: bytes, *, bound_to: bytes) -> bytes:
    """SM4-GCM as `key id | iv | ciphertext | tag`; it opens only with the same `bound_to`."""
    iv, ciphertext, tag = primitives.sm4_gcm_encrypt(_data_key(), plain, bound_to)
    return LOCAL_KEY + iv + ciphertext + tag


def decrypt(sealed: bytes, *, bound_to: bytes) -> bytes:
    """The plain text; Tampered when the value, its place or its key is not the one it was sealed with."""
    sealed = bytes(sealed)
    if len(sealed) < 29:
        raise Tampered("a sealed value is cut short")
    if sealed[:1] != LOCAL_KEY:
        raise Tampered(f"the key {sealed[:1].hex()} of a sealed value is not known here")
    return primitives.sm4_gcm_decrypt(_data_key(), sealed[1:13], sealed[13:-16], sealed[-16:], bound_to)


def blind_index(value: str, *, purpose: str) -> str:
    """HMAC-SM3 of the normalised value: equal values of one purpose can be found, none can be read."""
    normal = unicodedata.normalize("NFKC", value).strip().upper()
    key = bytes.fromhex(settings.INDEX_KEY)
    return primitives.hmac_sm3(key, f"{purpose}\x00{normal}".encode()).hex()


def salt_for(purpose: str, id: str) -> bytes:
    """A secret salt, 32 bytes: HMAC-SM3 of purpose and id, the same each time, in no dump of the database."""
    return primitives.hmac_sm3(bytes.fromhex(settings.INDEX_KEY), f"salt\x00{purpose}\x00{id}".encode())


def self_test() -> None:
    """Known answers of every algorithm; CryptoUnavailable says which one fails."""
    primitives.self_test()


@cache
def _data_key() -> bytes:
    return primitives.hmac_sm3(bytes.fromhex(settings.DATA_KEY), b"data key 1")[:16]


@cache
def _seal_key() -> bytes:
    return primitives.hmac_sm3(bytes.fromhex(settings.SEAL_KEY), b"seal key 1")[:16]


_known_pairs: dict[str, tuple[bytes, bytes]] = {}


def _key_pair(key_id: str) -> tuple[bytes, bytes]:
    """(private, public); two first users get the same pair, since the database keeps the first."""
    row = _known_pairs.get(key_id)
    if row is None:
        stored = SigningKey.objects.filter(key_id=key_id).first() or _make_pair(key_id)
        sealed = bytes(stored.private)
        private = primitives.sm4_gcm_decrypt(_seal_key(), sealed[:12], sealed[12:-16], sealed[-16:], key_id.encode())
        row = private, bytes(stored.public)
        known = row  # remembered once the row is surely there: a pair made in a lost transaction is lost
        transaction.on_commit(lambda: _known_pairs.__setitem__(key_id, known))
    return row


def _make_pair(key_id: str) -> SigningKey:
    private, public = primitives.provider().generate()
    iv, ciphertext, tag = primitives.sm4_gcm_encrypt(_seal_key(), private, key_id.encode())
    SigningKey.objects.bulk_create(
        [SigningKey(key_id=key_id, public=public, private=iv + ciphertext + tag)], ignore_conflicts=True
    )
    return SigningKey.objects.get(key_id=key_id)
