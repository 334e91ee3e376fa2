"""Typed, copied or patterned keys are refused; random ones never are."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.trust.crypto.strength import fault_of_hsm_index, fault_of_key, fault_of_secret

COUNTING = bytes(range(32)).hex()
WEAK = {
    "empty": "",
    "short": "ab" * 31,
    "long": secrets.token_hex(33),
    "not hexadecimal": "g" * 64,
    "blanks inside": secrets.token_hex(31) + " 1",
    "one byte": "5e" * 32,
    "two bytes": "5e00" * 16,
    "a block of eight": "0123456789abcdef" * 4,
    "a block of sixteen": secrets.token_hex(16) * 2,
    "a block that is cut": (secrets.token_hex(12) * 3)[:64],
    "counting": COUNTING,
    "counting down by three": bytes(-3 * n % 256 for n in range(32)).hex(),
    "few bytes": "00112233445566778899aabbccddeeff" * 1 + "0011223344556677ffeeddccbbaa9988",
    "text": b"correct horse battery staple yes".hex(),
    "published": "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8",
    "digest of a word": "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
}


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK)
def test_a_weak_key_is_refused(text):
    assert fault_of_key(text)
    assert text == "" or text not in fault_of_key(text)


def test_random_keys_are_accepted():
    assert [fault_of_key(secrets.token_hex(32)) for _ in range(2000)] == [""] * 2000
    assert {fault_of_secret(secrets.token_urlsafe(50)) for _ in range(500)} == {""}
    assert fault_of_key(secrets.token_hex(32).upper()) == ""


@given(st.binary(min_size=1, max_size=16), st.integers(0, 255))
def test_repeated_blocks_and_arithmetic_sequences_are_refused(block, step):
    assert fault_of_key((block * 32)[:32].hex())
    assert fault_of_key(bytes((block[0] + step * n) % 256 for n in range(32)).hex())


@pytest.mark.parametrize(
    "text", ["", "x" * 60, "abc" * 30, "short but Random 7", "django-insecure-" + "aB3$" * 12 + "q9Zk"]
)
def test_a_weak_secret_is_refused(text):
    assert fault_of_secret(text)


@pytest.mark.parametrize("text", ["1", "1,2", "1, 7", "65535"])
def test_a_number_is_accepted_as_key_index_of_the_module(text):
    assert fault_of_hsm_index(text) == ""


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1,1", "1,", "65536", "１"])
def test_a_malformed_key_index_of_the_module_is_refused(text):
    assert fault_of_hsm_index(text)
