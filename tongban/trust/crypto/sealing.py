"""Seal and open values: `key id | iv | ciphertext | tag` (SM4-GCM), under the current data key of their purpose.

The key id is the byte 02 and the four bytes of the key's number; 01 alone is the local key of before the hierarchy.
"""

import logging
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.modes import GCM

from tongban.trust.crypto import keyring, making
from tongban.trust.crypto.errors import KeyDestroyed, KeyUnavailable, Tampered

GENERAL = "general"
"""The purpose of what belongs to no room."""
logger = logging.getLogger("tongban.crypto")


def encrypt(plain: bytes, *, bound_to: bytes, purpose: str = GENERAL) -> bytes:
    """Sealed under the purpose's data key; it opens only with the same `bound_to`."""
    key = keyring.key_of_purpose(purpose) or making.first_key(purpose)
    iv = os.urandom(12)
    encryptor = Cipher(key.cipher, GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return b"".join((key.head, iv, encryptor.update(plain), encryptor.finalize(), encryptor.tag))


def decrypt(sealed: bytes, *, bound_to: bytes) -> bytes:
    """The plain text.

    Tampered: changed, cut, moved, or of an unknown key; KeyDestroyed; KeyUnavailable. Each is logged without content.
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
    """Whether the value lies under the purpose's current key."""
    key = keyring.key_of_purpose(purpose)
    return key is None or bytes(sealed[: len(key.head)]) == key.head
