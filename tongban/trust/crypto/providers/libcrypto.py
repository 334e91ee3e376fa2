"""SM2 with the system's OpenSSL 3 `libcrypto`, called through ctypes."""

import ctypes
import ctypes.util
from collections.abc import Sequence
from ctypes import byref, c_char_p, c_int, c_long, c_size_t, c_void_p
from functools import lru_cache

from tongban.trust.crypto import der
from tongban.trust.crypto.errors import Tampered

name = "libcrypto"


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
    for function, result, arguments in (
        ("OpenSSL_version_num", ctypes.c_ulong, []),
        ("d2i_AutoPrivateKey", c_void_p, [c_void_p, ctypes.POINTER(c_char_p), c_long]),
        ("d2i_PUBKEY", c_void_p, [c_void_p, ctypes.POINTER(c_char_p), c_long]),
        ("EVP_PKEY_free", None, [c_void_p]),
        ("EVP_PKEY_CTX_new", c_void_p, [c_void_p, c_void_p]),
        ("EVP_PKEY_CTX_new_from_name", c_void_p, [c_void_p, c_char_p, c_char_p]),
        ("EVP_PKEY_CTX_free", None, [c_void_p]),
        ("EVP_PKEY_keygen_init", c_int, [c_void_p]),
        ("EVP_PKEY_keygen", c_int, [c_void_p, ctypes.POINTER(c_void_p)]),
        ("i2d_PrivateKey", c_int, [c_void_p, ctypes.POINTER(ctypes.POINTER(ctypes.c_ubyte))]),
        ("EVP_PKEY_sign_init", c_int, [c_void_p]),
        ("EVP_PKEY_sign", c_int, [c_void_p, c_char_p, ctypes.POINTER(c_size_t), c_char_p, c_size_t]),
        ("EVP_PKEY_verify_init", c_int, [c_void_p]),
        ("EVP_PKEY_verify", c_int, [c_void_p, c_char_p, c_size_t, c_char_p, c_size_t]),
        ("EVP_PKEY_encrypt_init", c_int, [c_void_p]),
        ("EVP_PKEY_encrypt", c_int, [c_void_p, c_char_p, ctypes.POINTER(c_size_t), c_char_p, c_size_t]),
        ("EVP_PKEY_decrypt_init", c_int, [c_void_p]),
        ("EVP_PKEY_decrypt", c_int, [c_void_p, c_char_p, ctypes.POINTER(c_size_t), c_char_p, c_size_t]),
        ("ERR_clear_error", None, []),
    ):
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    if library.OpenSSL_version_num() < 0x30000000:
        raise OSError("libcrypto is older than 3.0")
    return library


_lib = _load()


class LibcryptoError(Exception):
    """OpenSSL failed in an operation that must succeed with the platform's own keys."""


def generate() -> tuple[bytes, bytes]:
    context = _lib.EVP_PKEY_CTX_new_from_name(None, b"SM2", None)
    key = c_void_p()
    try:
        if _lib.EVP_PKEY_keygen_init(context) != 1 or _lib.EVP_PKEY_keygen(context, byref(key)) != 1:
            raise LibcryptoError("SM2 key generation failed")
        buffer = (ctypes.c_ubyte * 512)()
        pointer = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ubyte))
        length = _lib.i2d_PrivateKey(key, byref(pointer))
        encoded = bytes(buffer[:length])
    finally:
        _lib.EVP_PKEY_free(key)
        _lib.EVP_PKEY_CTX_free(context)
    start = encoded.index(b"\x02\x01\x01\x04\x20") + 5
    return encoded[start : start + 32], encoded[-65:]


def sign_digest(private: bytes, public: bytes, digest: bytes) -> bytes:
    key = _parsed("d2i_AutoPrivateKey", der.private_key(private, public))
    if not key:
        raise LibcryptoError("not an SM2 private key")
    context = _lib.EVP_PKEY_CTX_new(key, None)
    try:
        length = c_size_t(80)
        signature = ctypes.create_string_buffer(80)
        if _lib.EVP_PKEY_sign_init(context) != 1:
            raise LibcryptoError("SM2 signing is not available")
        if _lib.EVP_PKEY_sign(context, signature, byref(length), digest, len(digest)) != 1:
            raise LibcryptoError("SM2 signing failed")
        return signature.raw[: length.value]
    finally:
        _lib.EVP_PKEY_CTX_free(context)


def sign_digests(private: bytes, public: bytes, digests: Sequence[bytes]) -> list[bytes]:
    return [sign_digest(private, public, digest) for digest in digests]


def verify_digest(public: bytes, digest: bytes, signature: bytes) -> bool:
    key = _parsed("d2i_PUBKEY", der.public_key(public)) if len(public) == 65 else None
    if not key:
        return False
    context = _lib.EVP_PKEY_CTX_new(key, None)
    try:
        return bool(
            _lib.EVP_PKEY_verify_init(context) == 1
            and _lib.EVP_PKEY_verify(context, signature, len(signature), digest, len(digest)) == 1
        )
    finally:
        _lib.ERR_clear_error()
        _lib.EVP_PKEY_CTX_free(context)


def encrypt(public: bytes, plain: bytes) -> bytes:
    key = _parsed("d2i_PUBKEY", der.public_key(public)) if len(public) == 65 else None
    done = _crypt("encrypt", key, plain) if key else None
    if done is None:
        raise LibcryptoError("SM2 encryption failed")
    return done


def decrypt(private: bytes, public: bytes, ciphertext: bytes) -> bytes:
    key = _parsed("d2i_AutoPrivateKey", der.private_key(private, public))
    if not key:
        raise LibcryptoError("not an SM2 private key")
    plain = _crypt("decrypt", key, ciphertext)
    if plain is None:
        raise Tampered("an SM2 ciphertext does not open")
    return plain


def _crypt(way: str, key: int, data: bytes) -> bytes | None:
    """Call EVP_PKEY_encrypt or EVP_PKEY_decrypt; return None when it fails."""
    context = _lib.EVP_PKEY_CTX_new(key, None)
    try:
        length = c_size_t(len(data) + 512)
        out = ctypes.create_string_buffer(length.value)
        if getattr(_lib, f"EVP_PKEY_{way}_init")(context) != 1:
            return None
        if getattr(_lib, f"EVP_PKEY_{way}")(context, out, byref(length), data, len(data)) != 1:
            return None
        return out.raw[: length.value]
    finally:
        _lib.ERR_clear_error()
        _lib.EVP_PKEY_CTX_free(context)


@lru_cache(maxsize=1024)
def _parsed(function: str, der: bytes) -> int | None:
    """Parse a key to an EVP_PKEY pointer; None when it is malformed.

    Parsing costs as much as a signature, and a city has several hundred seals, so keys are cached.
    """
    key: int | None = getattr(_lib, function)(None, byref(c_char_p(der)), len(der))
    return key
