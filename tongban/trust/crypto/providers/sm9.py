"""SM9 key wrapping (GB/T 38635, GM/T 0044) with the wheel `gmssl_pyx`: the private key of an identity unwraps.

SM9 is used here as public-key encryption of at most `gmssl_pyx.SM9_MAX_PLAINTEXT_SIZE` (255) bytes, which is enough for
a data key and not meant for data. The wheel exists for x86-64 only; without it `available()` is False.
"""

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from tongban.trust.crypto.errors import KeyUnavailable, Tampered


def generate() -> tuple[bytes, bytes]:
    """Generate the master key pair of a key generation centre: (secret, public), both DER. Raises KeyUnavailable."""
    master = _engine().SM9MasterKey.generate()
    return master.to_der(), master.public_key().to_der()


def extract(secret: bytes, identity: str) -> bytes:
    """Derive the private key of an identity, DER."""
    return bytes(_read("SM9MasterKey", secret).extract_key(identity.encode()).to_der())


def wrap(public: bytes, identity: str, key: bytes) -> bytes:
    """Encrypt a key for an identity; return ASN.1 DER."""
    return bytes(_public(public).encrypt(identity.encode(), key))


def unwrap(private: bytes, identity: str, wrapped: bytes) -> bytes:
    """Decrypt a key. Raises Tampered when it was wrapped for another identity, or changed."""
    reader = _read("SM9PrivateKey", private)
    try:
        return bytes(reader.decrypt(identity.encode(), wrapped))
    except (_engine().GmsslInnerError, _engine().InvalidValueError, ValueError):
        raise Tampered("a wrapped key does not open for this identity") from None


@cache
def available() -> bool:
    """Return whether the engine is installed and passes a test; tested once per process."""
    try:
        secret, public = generate()
        wrapped = wrap(public, "a|test|1", b"k" * 16)
        return unwrap(extract(secret, "a|test|1"), "a|test|1", wrapped) == b"k" * 16
    except Exception:
        return False


def _engine() -> ModuleType:
    try:
        return import_module("gmssl_pyx")
    except ImportError:
        raise KeyUnavailable(
            "这里没有安装 SM9 引擎（gmssl_pyx），打不开用 SM9 包装的密钥。请在 x86-64 机器上运行，"
            "或先在原机器上用 manage.py keys rotate --level department --algorithm sm2 换成 SM2 信封。"
        ) from None


@cache
def _public(der: bytes) -> Any:
    return _read("SM9MasterPublicKey", der)


def _read(kind: str, der: bytes) -> Any:
    """Parse a key with the engine, whose classes have no type information. Raises Tampered."""
    try:
        return getattr(_engine(), kind).from_der(der)
    except (_engine().GmsslInnerError, _engine().InvalidValueError):
        raise Tampered("not an SM9 key") from None
