"""Seals and opens values under the data keys: `key id | iv (12) | ciphertext | tag (16)`, SM4-GCM.

The key id is the byte 02 followed by the key's number in four bytes. The single byte 01 is the id of the local key from
before the hierarchy.
"""

import logging
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import GCM

from tongban.trust.crypto import keyring, making
from tongban.trust.crypto.errors import KeyDestroyed, KeyUnavailable, Tampered

GENERAL = "general"
"""The purpose of values that belong to no room."""
logger = logging.getLogger("tongban.crypto")


def encrypt(plain: bytes, *, bound_to: bytes, purpose: str = GENERAL) -> bytes:
    """Seal a value under the current data key of its purpose. It can be opened only with the same `bound_to`."""
    key = keyring.key_of_purpose(purpose) or making.first_key(purpose)
    iv = os.urandom(12)
    encryptor = Cipher(key.cipher, GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return b"".join((key.head, iv, encryptor.update(plain), encryptor.finalize(), encryptor.tag))


def decrypt(sealed: bytes, *, bound_to: bytes) -> bytes:
    """Open a sealed value.

    Raises Tampered when the value was changed, truncated, moved or sealed under an unknown key, KeyDestroyed, or
    KeyUnavailable. Each failure is logged without content.
    """
    sealed = bytes(sealed)
    try:
        number, start = keyring.number_of(sealed)
        decryptor = Cipher(
            keyring.key_of_number(number).cipher, GCM(sealed[start : start + 12], sealed[-16:])
        ).decryptor()
        decryptor.authenticate_additional_data(bound_to)
        return decryptor.update(sealed[start + 12 : -16]) + decryptor.finalize()
    except InvalidTag:
        logger.error("a sealed value (key %08x, %d bytes) was changed or belongs to another row", number, len(sealed))
        raise Tampered("a sealed value was changed, or belongs to another row") from None
    except (Tampered, KeyDestroyed, KeyUnavailable) as failure:
        logger.error("a sealed value (head %s, %d bytes) does not open: %r", sealed[:5].hex(), len(sealed), failure)
        raise


def is_current(sealed: bytes, *, purpose: str) -> bool:
    """Return whether the value is sealed under the purpose's current key."""
    key = keyring.key_of_purpose(purpose)
    return key is None or bytes(sealed[: len(key.head)]) == key.head
