"""SM2 by the GmSSL library, shipped in the wheel `gmssl_pyx`."""

import gmssl_pyx

from tongban.foundation.crypto.errors import Tampered

name = "gmssl"


def generate() -> tuple[bytes, bytes]:
    public, private = gmssl_pyx.sm2_key_generate()
    return private, b"\x04" + public


def sign_digest(private: bytes, public: bytes, digest: bytes) -> bytes:
    return gmssl_pyx.sm2_sign_sm3_digest(private, digest)


def verify_digest(public: bytes, digest: bytes, signature: bytes) -> bool:
    try:
        return bool(gmssl_pyx.sm2_verify_sm3_digest(public[1:], digest, signature))
    except gmssl_pyx.GmsslInnerError:
        return False


def encrypt(public: bytes, plain: bytes) -> bytes:
    return gmssl_pyx.sm2_encrypt(public[1:], plain)


def decrypt(private: bytes, public: bytes, ciphertext: bytes) -> bytes:
    try:
        return gmssl_pyx.sm2_decrypt(private, ciphertext)
    except gmssl_pyx.GmsslInnerError:
        raise Tampered("an SM2 ciphertext does not open") from None
