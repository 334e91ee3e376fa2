"""Digest, sign, verify and open by key id. The private key of an id never leaves this file."""

import base64
import logging
import os

from django.conf import settings
from django.db import transaction

from tongban.trust.crypto import keyring, primitives, sealing
from tongban.trust.crypto.errors import CryptoUnavailable, KeyUnavailable, Tampered, WrongKey
from tongban.trust.crypto.models import SigningKey

PURPOSE = "seal"
"""Whose data key keeps private keys."""
_LENGTH_OF_BEFORE = 12 + 32 + 16
"""Of a private key that is still sealed under TONGBAN_SEAL_KEY: it names no key. All others are longer."""
logger = logging.getLogger("tongban.crypto")


def digest(data: bytes) -> bytes:
    """SM3, 32 bytes."""
    return primitives.sm3(data)


def sign(key_id: str, data: bytes) -> bytes:
    """SM2 over SM3 with the default signer identity, ASN.1 DER; the key pair is made at its first use."""
    private, public = _key_pair(key_id)
    return primitives.provider().sign_digest(private, public, primitives.sm2_digest(public, data))


def sign_many(key_id: str, records: list[bytes]) -> list[bytes]:
    """What `sign` gives for each, in a quarter of the time."""
    private, public = _key_pair(key_id)
    z = primitives.sm2_z(public)
    digests = [primitives.sm3(z + record) for record in records]
    return primitives.provider_of_many().sign_digests(private, public, digests)


def sm2_public(key_id: str) -> bytes:
    """The public key, 65 bytes uncompressed; the pair is made at its first use."""
    return _key_pair(key_id)[1]


def stored_public_key(key_id: str) -> bytes | None:
    """The public key as the database has it now; None where there is none. No pair is made, none is remembered."""
    found = SigningKey.objects.filter(key_id=key_id).values_list("public", flat=True).first()
    return None if found is None else bytes(found)


def sm2_sign_digest(key_id: str, digest: bytes) -> bytes:
    """SM2 over a 32-byte digest that already covers Z (`primitives.sm2_digest`), ASN.1 DER."""
    if len(digest) != 32:
        raise ValueError("SM2 signs a digest of 32 bytes")
    private, public = _key_pair(key_id)
    return primitives.provider().sign_digest(private, public, digest)


def sm2_verify(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether the signature is the public key's over the digest.

    False for a point off the curve, r or s outside 1 … n - 1, and any other encoding than the one of DER.
    """
    if not primitives.is_public_key(public) or not primitives.is_signature(signature) or len(digest) != 32:
        return False
    return primitives.provider().verify_digest(public, digest, signature)


def sm2_encrypt(public: bytes, plain: bytes) -> bytes:
    """SM2 encryption of 1 to 255 bytes, ASN.1 DER (GM/T 0009)."""
    if not primitives.is_public_key(public) or not 1 <= len(plain) <= 255:
        raise ValueError("SM2 encrypts 1 to 255 bytes for a point of the curve")
    return primitives.provider().encrypt(public, plain)


def sm2_decrypt(key_id: str, ciphertext: bytes) -> bytes:
    """What was encrypted for the key id's public key, or Tampered."""
    private, public = _key_pair(key_id)
    return primitives.provider().decrypt(private, public, ciphertext)


def self_test() -> None:
    """Known answers of every algorithm; CryptoUnavailable says which one fails."""
    primitives.self_test()


def random(n: int) -> bytes:
    """Random bytes of the operating system's generator."""
    return os.urandom(n)


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether the signature is the public key's over the data."""
    return sm2_verify(bytes(public_key), primitives.sm2_digest(bytes(public_key), data), bytes(signature))


def public_key(key_id: str) -> bytes:
    """The public key, 65 bytes uncompressed."""
    return sm2_public(key_id)


def public_key_pem(key_id: str) -> str:
    """The public key as SubjectPublicKeyInfo in PEM, readable by the `openssl` command."""
    head = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
    body = base64.b64encode(head + public_key(key_id)).decode()
    lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


@transaction.atomic
def reseal_private_keys() -> int:
    """Seal private keys under the purpose's current key; how many lay under another, or under the secret of before."""
    count = 0
    for row in SigningKey.objects.select_for_update().order_by("key_id"):
        of_before = len(row.private) == _LENGTH_OF_BEFORE
        if of_before or not sealing.is_current(bytes(row.private), purpose=PURPOSE):
            row.private = _sealed(row.key_id, _private(row))
            row.save(update_fields=["private"])
            count += 1
    return count


def private_keys_by_head() -> dict[bytes, int]:
    """How many private keys lie under each key, by what their sealed values begin with."""
    found: dict[bytes, int] = {}
    for sealed in SigningKey.objects.values_list("private", flat=True):
        head = bytes(sealed[: keyring.HEAD])
        found[head] = found.get(head, 0) + (len(sealed) != _LENGTH_OF_BEFORE)
    return found


def adopt_private_keys() -> None:
    """Take private keys that lie under TONGBAN_SEAL_KEY into the hierarchy; that secret is not needed afterwards."""
    if any(len(sealed) == _LENGTH_OF_BEFORE for sealed in SigningKey.objects.values_list("private", flat=True)):
        if not settings.SEAL_KEY:
            raise CryptoUnavailable(
                "private keys of seals still lie under the secret of before: set TONGBAN_SEAL_KEY for this one start; "
                "they are taken into the key hierarchy, and it may then leave the environment"
            )
        for row in SigningKey.objects.all():
            if len(row.private) == _LENGTH_OF_BEFORE:
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
    if len(sealed) != _LENGTH_OF_BEFORE:
        return sealing.decrypt(sealed, bound_to=_place(row.key_id))
    if not settings.SEAL_KEY:
        logger.error("a private key lies under TONGBAN_SEAL_KEY, which is not set")
        raise KeyUnavailable()
    key = primitives.hmac_sm3(bytes.fromhex(settings.SEAL_KEY), b"seal key 1")[:16]
    return primitives.sm4_gcm_decrypt(key, sealed[:12], sealed[12:-16], sealed[-16:], row.key_id.encode())


def _place(key_id: str) -> bytes:
    return f"{SigningKey._meta.db_table}.private|{key_id}".encode()


_known_pairs: dict[str, tuple[bytes, bytes]] = {}


def _key_pair(key_id: str) -> tuple[bytes, bytes]:
    """(private, public); two first users get the same pair, since the database keeps the first."""
    row = _known_pairs.get(key_id)
    if row is None:
        stored = SigningKey.objects.filter(key_id=key_id).first() or _make_pair(key_id)
        row = _private(stored), bytes(stored.public)
        known = row  # remembered once the row is surely there: a pair made in a lost transaction is lost
        transaction.on_commit(lambda: _known_pairs.__setitem__(key_id, known))
    return row


def _make_pair(key_id: str) -> SigningKey:
    private, public = primitives.provider().generate()
    SigningKey.objects.bulk_create(
        [SigningKey(key_id=key_id, public=public, private=_sealed(key_id, private))], ignore_conflicts=True
    )
    return SigningKey.objects.get(key_id=key_id)
