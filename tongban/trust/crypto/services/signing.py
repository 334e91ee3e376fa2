"""Digests, signs and verifies by key id. Private keys never leave this module."""

import logging
import os

from django.conf import settings
from django.db import transaction

from tongban.trust.crypto import der, keyring, primitives, sealing
from tongban.trust.crypto.errors import CryptoUnavailable, KeyUnavailable, Tampered, WrongKey
from tongban.trust.crypto.models import SigningKey

PURPOSE = "seal"
"""The purpose whose data key seals private keys."""
_OLD_FORMAT_LENGTH = 12 + 32 + 16
"""Length of a private key that is still sealed under TONGBAN_SEAL_KEY, without a key id. All others are longer."""
logger = logging.getLogger("tongban.crypto")


def digest(data: bytes) -> bytes:
    """Return the SM3 digest, 32 bytes."""
    return primitives.sm3(data)


def sign(key_id: str, data: bytes) -> bytes:
    """Sign with SM2 over SM3 and the default signer identity; return ASN.1 DER. A missing key pair is created."""
    private, public = _key_pair(key_id)
    return primitives.provider().sign_digest(private, public, primitives.sm2_digest(public, data))


def sign_many(key_id: str, records: list[bytes]) -> list[bytes]:
    """Sign each record as `sign` does, in about a quarter of the time."""
    private, public = _key_pair(key_id)
    z = primitives.sm2_z(public)
    digests = [primitives.sm3(z + record) for record in records]
    return primitives.provider_of_many().sign_digests(private, public, digests)


def sm2_public(key_id: str) -> bytes:
    """Return the public key, 65 bytes uncompressed. A missing key pair is created."""
    return _key_pair(key_id)[1]


def stored_public_key(key_id: str) -> bytes | None:
    """Return the public key in the database, bypassing the cache; None when there is none. Creates no key pair."""
    found = SigningKey.objects.filter(key_id=key_id).values_list("public", flat=True).first()
    return None if found is None else bytes(found)


def sm2_verify(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether the signature of the digest is valid (GB/T 32918.2 §7.1).

    False for a point off the curve, for r or s outside 1 … n - 1, and for anything but the unique DER encoding.
    """
    if not primitives.is_public_key(public) or not primitives.is_signature(signature) or len(digest) != 32:
        return False
    return primitives.provider().verify_digest(public, digest, signature)


def random(n: int) -> bytes:
    """Return `n` random bytes from the operating system."""
    return os.urandom(n)


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Return whether the signature of the data is valid."""
    return sm2_verify(bytes(public_key), primitives.sm2_digest(bytes(public_key), data), bytes(signature))


def public_key(key_id: str) -> bytes:
    """Return the public key, 65 bytes uncompressed. A missing key pair is created."""
    return sm2_public(key_id)


def public_key_pem(key_id: str) -> str:
    """Return the public key as SubjectPublicKeyInfo in PEM, which the `openssl` command can read."""
    return der.pem("PUBLIC KEY", der.public_key(public_key(key_id)))


@transaction.atomic
def reseal_private_keys() -> int:
    """Reseal private keys under the purpose's current key; return how many were not yet under it."""
    count = 0
    for row in SigningKey.objects.select_for_update().order_by("key_id"):
        in_old_format = len(row.private) == _OLD_FORMAT_LENGTH
        if in_old_format or not sealing.is_current(bytes(row.private), purpose=PURPOSE):
            row.private = _sealed(row.key_id, _private(row))
            row.save(update_fields=["private"])
            count += 1
    return count


def private_keys_by_head() -> dict[bytes, int]:
    """Count private keys by the key id with which their sealed values begin."""
    found: dict[bytes, int] = {}
    for sealed in SigningKey.objects.values_list("private", flat=True):
        head = bytes(sealed[: keyring.HEAD])
        found[head] = found.get(head, 0) + (len(sealed) != _OLD_FORMAT_LENGTH)
    return found


def adopt_private_keys() -> None:
    """Reseal private keys that are sealed under TONGBAN_SEAL_KEY, which is not needed afterwards.

    Raises CryptoUnavailable when that key is needed but not set, WrongKey when it is the wrong one.
    """
    if any(len(sealed) == _OLD_FORMAT_LENGTH for sealed in SigningKey.objects.values_list("private", flat=True)):
        if not settings.SEAL_KEY:
            raise CryptoUnavailable(
                "private keys of seals are still sealed in the old way: set TONGBAN_SEAL_KEY for this one start; "
                "they are then moved into the key hierarchy, and it can be removed from the environment"
            )
        for row in SigningKey.objects.all():
            if len(row.private) == _OLD_FORMAT_LENGTH:
                _check_seal_key(row)
                break
        reseal_private_keys()


def _check_seal_key(row: SigningKey) -> None:
    try:
        _private(row)
    except Tampered:
        raise WrongKey(
            "Tongban cannot start: TONGBAN_SEAL_KEY is not the key of this deployment, the private keys of its seals "
            "belong to another key; put back the key that belongs to it (docs/keys.md)."
        ) from None


def _sealed(key_id: str, private: bytes) -> bytes:
    return sealing.encrypt(private, bound_to=_place(key_id), purpose=PURPOSE)


def _private(row: SigningKey) -> bytes:
    sealed = bytes(row.private)
    if len(sealed) != _OLD_FORMAT_LENGTH:
        return sealing.decrypt(sealed, bound_to=_place(row.key_id))
    if not settings.SEAL_KEY:
        logger.error("a private key is sealed under TONGBAN_SEAL_KEY, which is not set")
        raise KeyUnavailable()
    key = primitives.hmac_sm3(bytes.fromhex(settings.SEAL_KEY), b"seal key 1")[:16]
    return primitives.sm4_gcm_decrypt(key, sealed[:12], sealed[12:-16], sealed[-16:], row.key_id.encode())


def _place(key_id: str) -> bytes:
    return f"{SigningKey._meta.db_table}.private|{key_id}".encode()


_known_pairs: dict[str, tuple[bytes, bytes]] = {}


def _key_pair(key_id: str) -> tuple[bytes, bytes]:
    """Return (private, public), creating a missing pair. Concurrent first uses get the same pair."""
    row = _known_pairs.get(key_id)
    if row is None:
        stored = SigningKey.objects.filter(key_id=key_id).first() or _make_pair(key_id)
        row = _private(stored), bytes(stored.public)
        known = row  # cached after the commit only, since a rolled-back transaction loses the pair
        transaction.on_commit(lambda: _known_pairs.__setitem__(key_id, known))
    return row


def _make_pair(key_id: str) -> SigningKey:
    private, public = primitives.provider().generate()
    SigningKey.objects.bulk_create(
        [SigningKey(key_id=key_id, public=public, private=_sealed(key_id, private))], ignore_conflicts=True
    )
    return SigningKey.objects.get(key_id=key_id)
