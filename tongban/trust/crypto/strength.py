"""Rules for configured keys that are too weak. Pure, so that the settings can use them before anything is opened.

A key of 32 random bytes practically never breaks a rule by chance: the likeliest, too few different bytes, is hit once
in 10^9 keys. Each `fault_of_…` function returns the end of an English sentence, or an empty text for a good value.
"""

import hashlib

LENGTH = 32
"""Length in bytes of a key that is written in hexadecimal."""
MIN_SECRET_LENGTH = 50
"""Minimum length of a textual secret, which `check --deploy` also requires of SECRET_KEY."""
MAX_HSM_INDEX = 65535
_FEWEST_BYTES = 17
"""Minimum number of different bytes in a key; 32 random bytes have about 30."""
_FEWEST_CHARACTERS = 10
_WORDS = ("", "0", "1", "123456", "abc", "admin", "changeme", "example", "key", "password", "secret", "test", "tongban")
_PUBLISHED = {
    "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",  # GB/T 32918.5, Annex A: private key
    "2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfe",  # AES and CMAC examples
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",  # RFC 8032, test 1
    *(hashlib.sha256(word.encode()).hexdigest() for word in _WORDS),
    *(hashlib.new("sm3", word.encode()).hexdigest() for word in _WORDS if "sm3" in hashlib.algorithms_available),
}
NEW_KEY = 'python -c "import secrets; print(secrets.token_hex(32))"'


def fault_of_form(text: str) -> str:
    """Check that a key is 64 hexadecimal characters."""
    text = text.strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    return "" if len(text) == 2 * LENGTH and len(key) == LENGTH else f"must be {2 * LENGTH} hexadecimal characters"


def fault_of_key(text: str) -> str:
    """Check the form and the strength of a key of 64 hexadecimal characters."""
    if fault := fault_of_form(text):
        return fault
    text = text.strip()
    key = bytes.fromhex(text)
    if text.lower() in _PUBLISHED:
        return "is a value that everybody can look up"
    if _repeats(key) or _counts(key) or _counts(bytes(int(digit, 16) for digit in text), 16):
        return "is a pattern, not random"
    if len(set(key)) < _FEWEST_BYTES or all(32 <= byte < 127 for byte in key):
        return "is not random: it has too few different bytes or is text"
    return ""


def fault_of_secret(text: str) -> str:
    """Check the strength of a textual secret."""
    if len(text) < MIN_SECRET_LENGTH:
        return f"must have at least {MIN_SECRET_LENGTH} characters"
    if text.startswith("django-insecure-") or text.lower() in _PUBLISHED:
        return "is a value that everybody can look up"
    if _repeats(text.encode()) or _counts(text.encode()) or len(set(text)) < _FEWEST_CHARACTERS:
        return "is a pattern, not random"
    return ""


def fault_of_hsm_index(text: str) -> str:
    """Check a comma-separated list of HSM key indexes."""
    indexes = [index.strip() for index in text.split(",")]
    sound = all(i.isascii() and i.isdecimal() and 1 <= int(i) <= MAX_HSM_INDEX for i in indexes)
    if not sound or len(set(indexes)) < len(indexes):
        return f"must be different numbers from 1 to {MAX_HSM_INDEX}, separated by commas"
    return ""


def _repeats(content: bytes) -> bool:
    """Return whether the content is a shorter block repeated."""
    size = len(content)
    return any(content[period:] == content[:-period] for period in range(1, size // 2 + 1))


def _counts(content: bytes, modulus: int = 256) -> bool:
    """Return whether all bytes differ from their predecessor by the same step."""
    steps = {(later - earlier) % modulus for earlier, later in zip(content, content[1:], strict=False)}
    return len(steps) <= 1
