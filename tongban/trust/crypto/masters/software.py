"""A master key in this process's memory: SM4-GCM with a key derived from 32 secret bytes."""

import stat
from pathlib import Path

from django.conf import settings

from tongban.trust.crypto import primitives
from tongban.trust.crypto.errors import CryptoUnavailable, Tampered
from tongban.trust.crypto.strength import fault_of_form, fault_of_key


class SoftwareMaster:
    """A master key from a file or the environment."""

    def __init__(self, secret: bytes, *, source: str) -> None:
        self.source = source
        self.label = primitives.hmac_sm3(secret, b"master key label 1")[:8]
        self._key = primitives.hmac_sm3(secret, b"master key 1")[:16]

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        iv, ciphertext, tag = primitives.sm4_gcm_encrypt(self._key, plain, bound_to)
        return iv + ciphertext + tag

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        if len(sealed) < 28:
            raise Tampered("a sealed key is cut short")
        return primitives.sm4_gcm_decrypt(self._key, sealed[:12], sealed[12:-16], sealed[-16:], bound_to)

    def __repr__(self) -> str:
        return f"<SoftwareMaster {self.label.hex()}>"


def from_text(text: str, *, source: str) -> list[SoftwareMaster]:
    """Parse keys of 64 hexadecimal characters each, separated by commas or white space; the first one seals.

    Raises CryptoUnavailable for a malformed or weak key. Weak keys are accepted only by the commands that replace them
    (see settings.REPLACES_WEAK_KEYS).
    """
    keys = text.replace(",", " ").split()
    fault_of = fault_of_form if settings.REPLACES_WEAK_KEYS else fault_of_key
    fault = next(filter(None, map(fault_of, keys)), "" if keys else "must be 64 hexadecimal characters")
    if fault:
        raise CryptoUnavailable(f"the master key ({source}) {fault}; separate several keys by commas")
    return [SoftwareMaster(bytes.fromhex(key), source=source) for key in keys]


def from_file(name: str) -> list[SoftwareMaster]:
    """Read the keys of a file. Raises CryptoUnavailable if group or others have access to it, as ssh does."""
    path = Path(name)
    try:
        with path.open() as opened:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                raise CryptoUnavailable(
                    f"the master key file {path} has mode {mode:04o}: others than its owner may use it; chmod 600 it"
                )
            text = opened.read(65536)
    except OSError as failure:
        raise CryptoUnavailable(f"the master key file {path} cannot be read: {failure.strerror}") from None
    return from_text(text, source="file")
