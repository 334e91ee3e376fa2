"""SM3, SM4-GCM, and the choice of an SM2 provider by self-test. No keys are kept here."""

import hashlib
import hmac
import os
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from tongban.trust.crypto import der
from tongban.trust.crypto.errors import CryptoUnavailable as CryptoUnavailable
from tongban.trust.crypto.errors import Tampered as Tampered
from tongban.trust.crypto.providers.base import Provider

SIGNER_ID = b"1234567812345678"
"""The default signer identity of GM/T 0009-2012."""
_PRIME = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_CURVE = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
"""a | b | Gx | Gy of the recommended curve (GB/T 32918.5)."""
Buffer = bytes | bytearray | memoryview


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest (GB/T 32905), 32 bytes."""
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).digest()
    return bytes(_gmssl().sm3_hash(data))


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """Return the HMAC with SM3, 32 bytes."""
    if "sm3" in hashlib.algorithms_available:
        return hmac.digest(key, data, "sm3")
    return bytes(_gmssl().sm3_hmac(key, data))


def _gmssl() -> ModuleType:
    """Import GmSSL. It is used only if Python's OpenSSL lacks SM3, since its wheel exists for x86-64 only."""
    return import_module("gmssl_pyx")


def sm2_digest(public: bytes, data: bytes) -> bytes:
    """Return SM3 over Z and the data, which is what SM2 signs (GB/T 32918.2 §5.5, §6.1)."""
    return sm3(sm2_z(public) + data)


def sm2_z(public: bytes) -> bytes:
    """Return Z, the digest of signer identity, curve and public key (GB/T 32918.2 §5.5)."""
    return sm3((len(SIGNER_ID) * 8).to_bytes(2, "big") + SIGNER_ID + _CURVE + public[1:])


def is_public_key(public: bytes) -> bool:
    """Return whether the bytes are an uncompressed, finite point of the curve (GB/T 32918.1 §6.2)."""
    if len(public) != 65 or public[0] != 4:
        return False
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    a, b = int.from_bytes(_CURVE[:32], "big"), int.from_bytes(_CURVE[32:64], "big")
    return x < _PRIME and y < _PRIME and (y * y - (x * x + a) * x - b) % _PRIME == 0


def is_signature(signature: bytes) -> bool:
    """Return whether the bytes are the unique DER encoding of (r, s) with both in 1 … n - 1 (GB/T 32918.2 §7.1)."""
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return False
    return 0 < r < _ORDER and 0 < s < _ORDER and encode_dss_signature(r, s) == signature


def sm4_gcm_encrypt(key: bytes, plain: Buffer, bound_to: bytes, iv: bytes | None = None) -> tuple[bytes, bytes, bytes]:
    """Encrypt with SM4-GCM (GB/T 32907, RFC 8998); return (iv, ciphertext, tag) of 12, n and 16 bytes.

    `bound_to` is authenticated but not encrypted. A random iv is generated unless one is given.
    """
    iv = iv or os.urandom(12)
    encryptor = Cipher(SM4(key), GCM(iv)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return iv, encryptor.update(plain) + encryptor.finalize(), encryptor.tag


def sm4_gcm_decrypt(key: bytes, iv: bytes, ciphertext: bytes, tag: bytes, bound_to: bytes) -> bytes:
    """Decrypt and verify. Raises Tampered when the ciphertext, the tag or `bound_to` is not the original one."""
    if len(tag) != 16:
        raise Tampered("a sealed value has no whole tag")
    decryptor = Cipher(SM4(key), GCM(iv, tag)).decryptor()
    decryptor.authenticate_additional_data(bound_to)
    try:
        return decryptor.update(ciphertext) + decryptor.finalize()
    except InvalidTag:
        raise Tampered("a sealed value was changed, or belongs to another row") from None


@cache
def provider() -> Provider:
    """Return the first SM2 provider that passes its known-answer test. Raises CryptoUnavailable when none does."""
    failures = []
    for name in ("libcrypto", "gmssl"):
        try:
            candidate = _provider(name)
            check_provider(candidate)
        except Exception as failure:
            failures.append(f"{name}: {failure}")
        else:
            return candidate
    raise CryptoUnavailable("no SM2 provider passed its self-test: " + "; ".join(failures))


@cache
def provider_of_many() -> Provider:
    """Return the provider that signs many digests fastest (docs/performance.md).

    It is used only if the regular provider accepts its signatures; otherwise the regular provider is returned.
    """
    checker = provider()
    digests = [sm3(bytes([number])) for number in range(33)]
    try:
        candidate = _provider("gmssl")
        signatures = candidate.sign_digests(_KNOWN_PRIVATE, _KNOWN_PUBLIC, digests)
    except Exception:
        return checker
    held = [checker.verify_digest(_KNOWN_PUBLIC, *each) for each in zip(digests, signatures, strict=True)]
    return candidate if all(held) and len(set(signatures)) == len(held) else checker


def _provider(name: str) -> Provider:
    return cast(Provider, import_module(f"tongban.trust.crypto.providers.{name}"))


_KNOWN_PRIVATE = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
_KNOWN_PUBLIC = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)


def _known_ciphertext() -> bytes:
    """Return the ciphertext of "encryption standard" in GB/T 32918.5 Annex C.2."""
    x = bytes.fromhex("04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73")
    y = bytes.fromhex("e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0")
    digest = bytes.fromhex("59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766")
    text = bytes.fromhex("21886ca989ca9c7d58087307ca93092d651efa")
    return der.ciphertext(x, y, digest, text)


def check_provider(candidate: Provider) -> None:
    """Test a provider with the known answers of GB/T 32918.5, and with a new key pair. Raises CryptoUnavailable."""
    public = _KNOWN_PUBLIC
    r = bytes.fromhex("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3")
    s = bytes.fromhex("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")
    known = der.signature(r, s)
    digest = sm2_digest(public, b"message digest")
    if not candidate.verify_digest(public, digest, known):
        raise CryptoUnavailable("refused the known signature of GB/T 32918.5")
    if candidate.verify_digest(public, sm3(b"something else"), known):
        raise CryptoUnavailable("accepted a wrong signature")
    private, own_public = candidate.generate()
    if not candidate.verify_digest(own_public, digest, candidate.sign_digest(private, own_public, digest)):
        raise CryptoUnavailable("refused its own signature")
    if candidate.decrypt(_KNOWN_PRIVATE, _KNOWN_PUBLIC, _known_ciphertext()) != b"encryption standard":
        raise CryptoUnavailable("does not open the known ciphertext of GB/T 32918.5")
    if candidate.decrypt(private, own_public, candidate.encrypt(own_public, b"key")) != b"key":
        raise CryptoUnavailable("does not open its own ciphertext")


def self_test() -> None:
    """Run known-answer tests of SM3 (GB/T 32905), SM4-GCM (RFC 8998 A.1) and SM2. Raises CryptoUnavailable."""
    try:
        _known_answers()
    except CryptoUnavailable:
        raise
    except Exception as failure:
        raise CryptoUnavailable(f"SM3 or SM4-GCM is missing in this Python: {failure}") from failure
    provider()


def _known_answers() -> None:
    if sm3(b"abc").hex() != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0":
        raise CryptoUnavailable("SM3 gives a wrong digest")
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    bound_to = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("".join(2 * c * 8 for c in "abcdefea"))
    _, ciphertext, tag = sm4_gcm_encrypt(key, plain, bound_to, iv=bytes.fromhex("00001234567800000000abcd"))
    if tag.hex() != "83de3541e4c2b58177e065a9bf7b62ec" or not ciphertext.hex().startswith("17f399f08c67d5ee"):
        raise CryptoUnavailable("SM4-GCM gives a wrong tag")
