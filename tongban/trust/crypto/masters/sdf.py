"""A master key inside a cryptographic module with the SDF interface of GM/T 0018-2012, called through ctypes.

The master key is a key encryption key of the module, identified by its index, and never leaves the module. For each
sealed value the module generates two session keys wrapped under it. One encrypts with SM4-CBC. The other authenticates
the binding, the wrapped key and the ciphertext with SM4-MAC over a length-prefixed message (encrypt-then-MAC), since
the 2012 interface has no GCM. Layout of a sealed value: two wrapped session keys, each preceded by its length in 2
bytes, then iv (16), ciphertext and MAC (16).
"""

import ctypes
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_int, c_uint, c_void_p

from tongban.trust.crypto import primitives
from tongban.trust.crypto.errors import CryptoUnavailable, KeyUnavailable, Tampered

SM4_ECB, SM4_CBC, SM4_MAC = 0x401, 0x402, 0x410
"""Algorithm identifiers of GM/T 0006."""
_BLOCK = 16
_PLACE = POINTER(c_void_p)
_LENGTH = POINTER(c_uint)
_FUNCTIONS = {
    "OpenDevice": [_PLACE],
    "OpenSession": [c_void_p, _PLACE],
    "CloseSession": [c_void_p],
    "GenerateRandom": [c_void_p, c_uint, c_char_p],
    "GenerateKeyWithKEK": [c_void_p, c_uint, c_uint, c_uint, c_char_p, _LENGTH, _PLACE],
    "ImportKeyWithKEK": [c_void_p, c_uint, c_uint, c_char_p, c_uint, _PLACE],
    "DestroyKey": [c_void_p, c_void_p],
    "Encrypt": [c_void_p, c_void_p, c_uint, c_char_p, c_char_p, c_uint, c_char_p, _LENGTH],
    "Decrypt": [c_void_p, c_void_p, c_uint, c_char_p, c_char_p, c_uint, c_char_p, _LENGTH],
    "CalculateMAC": [c_void_p, c_void_p, c_uint, c_char_p, c_char_p, c_uint, c_char_p, _LENGTH],
}


class SdfMaster:
    """The key encryption key with one index. Device and session are opened at first use and kept open."""

    source = "hsm"

    def __init__(self, library: str, index: int) -> None:
        self._index = index
        self.label = primitives.sm3(f"sdf key encryption key {index}".encode())[:8]
        self._session = c_void_p()
        self._lock = threading.Lock()
        try:
            self._library = ctypes.CDLL(library)
            for name, arguments in _FUNCTIONS.items():
                function = getattr(self._library, f"SDF_{name}")
                function.restype, function.argtypes = c_int, arguments
        except (OSError, AttributeError) as failure:
            raise CryptoUnavailable(f"the HSM library {library} cannot be used: {failure}") from None

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        with self._lock:
            iv = ctypes.create_string_buffer(_BLOCK)
            self._call("GenerateRandom", self._opened(), _BLOCK, iv)
            with self._new_key() as (key, wrapped), self._new_key() as (mac_key, mac_wrapped):
                ciphertext = self._crypt("Encrypt", key, iv.raw, _padded(plain))
                mac = self._mac(mac_key, bound_to, wrapped + iv.raw + ciphertext)
        return _counted(wrapped) + _counted(mac_wrapped) + iv.raw + ciphertext + mac

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        wrapped, rest = _cut(sealed)
        mac_wrapped, rest = _cut(rest)
        iv, ciphertext, mac = rest[:_BLOCK], rest[_BLOCK:-_BLOCK], rest[-_BLOCK:]
        if len(rest) < 3 * _BLOCK or len(ciphertext) % _BLOCK:
            raise Tampered("a sealed key is cut short")
        with self._lock:
            with self._imported(mac_wrapped) as mac_key:
                if not hmac.compare_digest(self._mac(mac_key, bound_to, wrapped + iv + ciphertext), mac):
                    raise Tampered("a sealed key was changed, or belongs to another row")
            with self._imported(wrapped) as key:
                plain = self._crypt("Decrypt", key, iv, ciphertext)
        return plain[: -plain[-1]]

    def _call(self, name: str, *arguments: object) -> None:
        code = getattr(self._library, f"SDF_{name}")(*arguments)
        if code:
            self._session = c_void_p()  # open a new session next time, since the module may have been restarted
            raise KeyUnavailable() from OSError(f"SDF_{name} answered {code & 0xFFFFFFFF:#010x}")

    def _opened(self) -> c_void_p:
        if not self._session:
            device, session = c_void_p(), c_void_p()
            self._call("OpenDevice", byref(device))
            self._call("OpenSession", device, byref(session))
            self._session = session
        return self._session

    @contextmanager
    def _new_key(self) -> Iterator[tuple[c_void_p, bytes]]:
        handle, wrapped, length = c_void_p(), ctypes.create_string_buffer(512), c_uint(512)
        self._call(
            "GenerateKeyWithKEK", self._opened(), 128, SM4_ECB, self._index, wrapped, byref(length), byref(handle)
        )
        try:
            yield handle, wrapped.raw[: length.value]
        finally:
            self._library.SDF_DestroyKey(self._session, handle)

    @contextmanager
    def _imported(self, wrapped: bytes) -> Iterator[c_void_p]:
        handle = c_void_p()
        self._call("ImportKeyWithKEK", self._opened(), SM4_ECB, self._index, wrapped, len(wrapped), byref(handle))
        try:
            yield handle
        finally:
            self._library.SDF_DestroyKey(self._session, handle)

    def _crypt(self, way: str, key: c_void_p, iv: bytes, data: bytes) -> bytes:
        moving = ctypes.create_string_buffer(iv, _BLOCK)  # the module writes the chaining value back
        out, length = ctypes.create_string_buffer(len(data) + _BLOCK), c_uint(len(data) + _BLOCK)
        self._call(way, self._opened(), key, SM4_CBC, moving, data, len(data), out, byref(length))
        return out.raw[: length.value]

    def _mac(self, key: c_void_p, bound_to: bytes, data: bytes) -> bytes:
        message = len(bound_to).to_bytes(8, "big") + len(data).to_bytes(8, "big") + bound_to + data
        message += bytes(-len(message) % _BLOCK)
        zero, out, length = ctypes.create_string_buffer(_BLOCK), ctypes.create_string_buffer(32), c_uint(32)
        self._call("CalculateMAC", self._opened(), key, SM4_MAC, zero, message, len(message), out, byref(length))
        return out.raw[:_BLOCK]


def _padded(plain: bytes) -> bytes:
    short = _BLOCK - len(plain) % _BLOCK
    return plain + bytes([short]) * short


def _counted(part: bytes) -> bytes:
    return len(part).to_bytes(2, "big") + part


def _cut(sealed: bytes) -> tuple[bytes, bytes]:
    end = 2 + int.from_bytes(sealed[:2], "big")
    if len(sealed) <= end:
        raise Tampered("a sealed key is cut short")
    return sealed[2:end], sealed[end:]
