"""SM2 with the GmSSL library, which the wheel `gmssl_pyx` contains."""

import ctypes
from collections.abc import Sequence
from itertools import islice

import gmssl_pyx
from gmssl_pyx import gmsslext

from tongban.trust.crypto import der
from tongban.trust.crypto.errors import Tampered

name = "gmssl"
AT_ONCE = 32
"""SM2_SIGN_PRE_COMP_COUNT of `gmssl/sm2.h`."""
NONCE = 64
"""Size of an SM2_SIGN_PRE_COMP in bytes: k and the x coordinate of kG."""


class GmsslError(Exception):
    """GmSSL failed in an operation that must succeed with the platform's own keys."""


def generate() -> tuple[bytes, bytes]:
    public, private = gmssl_pyx.sm2_key_generate()
    return private, b"\x04" + public


def sign_digest(private: bytes, public: bytes, digest: bytes) -> bytes:
    return bytes(gmssl_pyx.sm2_sign_sm3_digest(private, digest))


def sign_digests(private: bytes, public: bytes, digests: Sequence[bytes]) -> list[bytes]:
    """Sign with GmSSL's fast signing, which the wheel exports but does not wrap; it takes a quarter of the time.

    GmSSL computes 32 nonces with one inversion. Each is used once, and unused ones are wiped before the function
    returns, so that none is kept in memory that a fork would duplicate.
    """
    library = ctypes.CDLL(gmsslext.__file__)
    secret, own, nonces = (ctypes.create_string_buffer(size) for size in (32, 512, AT_ONCE * NONCE))
    signature, left, signed = ctypes.create_string_buffer(64), iter(digests), []
    try:
        library.sm2_z256_from_bytes(secret, private)
        _must(library.sm2_key_set_private_key(own, secret))
        _must(library.sm2_fast_sign_compute_key(own, secret))
        while batch := list(islice(left, AT_ONCE)):
            _must(library.sm2_fast_sign_pre_compute(nonces))
            for place, digest in enumerate(batch):
                _must(library.sm2_fast_sign(secret, ctypes.byref(nonces, place * NONCE), digest, signature))
                signed.append(der.signature(signature.raw[:32], signature.raw[32:]))
    finally:
        for buffer in (secret, own, nonces):
            ctypes.memset(buffer, 0, len(buffer))
    return signed


def _must(result: int) -> None:
    if result != 1:
        raise GmsslError("SM2 signing failed")


def verify_digest(public: bytes, digest: bytes, signature: bytes) -> bool:
    try:
        return bool(gmssl_pyx.sm2_verify_sm3_digest(public[1:], digest, signature))
    except gmssl_pyx.GmsslInnerError:
        return False


def encrypt(public: bytes, plain: bytes) -> bytes:
    return bytes(gmssl_pyx.sm2_encrypt(public[1:], plain))


def decrypt(private: bytes, public: bytes, ciphertext: bytes) -> bytes:
    try:
        return bytes(gmssl_pyx.sm2_decrypt(private, ciphertext))
    except gmssl_pyx.GmsslInnerError:
        raise Tampered("an SM2 ciphertext does not open") from None
