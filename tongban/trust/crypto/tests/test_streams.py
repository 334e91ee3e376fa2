"""Long contents in chunks: truncated, extended, reordered, swapped or changed chunks are detected."""

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.trust.crypto import primitives, streams
from tongban.trust.crypto.primitives import Tampered
from tongban.trust.crypto.streams import CHUNK, TAG

KEY, PREFIX = bytes(range(16)), bytes(7)
SEALED = CHUNK + TAG


def sealed(content: bytes, piece: int = 100_000, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    sealer = streams.Sealer(key, PREFIX, out.write, bound_to=b"place")
    for start in range(0, len(content), piece):
        sealer.write(content[start : start + piece])
    sealer.finish()
    return out.getvalue()


def unsealed(data: bytes, key: bytes = KEY, prefix: bytes = PREFIX, bound_to: bytes = b"place") -> bytes:
    return b"".join(streams.unseal(io.BytesIO(data).read, key, prefix, bound_to=bound_to))


LENGTHS = st.integers(0, 3).flatmap(lambda n: st.integers(-2, 2).map(lambda d: max(0, n * CHUNK + d)))


@pytest.mark.req("H1")
@given(length=LENGTHS, piece=st.sampled_from([999, 65_536, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK]))
def test_contents_of_any_length_are_restored_however_they_were_written(length, piece):
    content = os.urandom(length)
    data = sealed(content, piece)
    assert unsealed(data) == content
    assert len(data) == length + TAG * max(1, -(-length // CHUNK))


def test_a_reader_that_returns_small_pieces_works():
    content, source = os.urandom(2 * CHUNK + 5), io.BytesIO(sealed(os.urandom(0)))
    source = io.BytesIO(sealed(content))
    chunks = streams.unseal(lambda size: source.read(min(size, 1000)), KEY, PREFIX, bound_to=b"place")
    assert b"".join(chunks) == content


def test_chunks_are_sm4_gcm_with_the_documented_nonces():
    content = os.urandom(CHUNK + 3)
    _, first, tag = primitives.sm4_gcm_encrypt(KEY, content[:CHUNK], b"place", iv=PREFIX + bytes(4) + b"\x00")
    _, last, last_tag = primitives.sm4_gcm_encrypt(KEY, content[CHUNK:], b"place", iv=PREFIX + b"\x00\x00\x00\x01\x01")
    assert sealed(content) == first + tag + last + last_tag


THREE = sealed(bytes(3 * CHUNK - 100))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        THREE[:5],
        THREE[:-1],
        THREE[:SEALED],
        THREE[: 2 * SEALED],
        THREE + b"\x00",
        THREE + THREE,
        THREE[SEALED:],
        THREE[SEALED : 2 * SEALED] + THREE[:SEALED] + THREE[2 * SEALED :],
        THREE[:SEALED] + THREE[2 * SEALED :],
        THREE[:SEALED] * 2 + THREE[2 * SEALED :],
        THREE[:SEALED] + sealed(bytes(3 * CHUNK), key=bytes(16))[SEALED:],
        bytes([THREE[0] ^ 1]) + THREE[1:],
        THREE[:-20] + bytes([THREE[-20] ^ 128]) + THREE[-19:],
    ],
)
def test_truncated_extended_reordered_swapped_or_changed_chunks_are_detected(data):
    with pytest.raises(Tampered):
        unsealed(data)


def test_another_key_prefix_or_place_does_not_open():
    for wrong in ({"key": bytes(16)}, {"prefix": b"\x01" * 7}, {"bound_to": b"other"}):
        with pytest.raises(Tampered):
            unsealed(THREE, **wrong)


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_the_incremental_digest_is_sm3(pieces):
    digest = streams.Digest()
    for piece in pieces:
        digest.update(piece)
    assert digest.finish() == primitives.sm3(b"".join(pieces))


def test_a_digest_without_sm3_in_hashlib_is_the_same(monkeypatch):
    monkeypatch.setattr(streams.hashlib, "algorithms_available", set())
    digest = streams.Digest()
    digest.update(b"abc")
    assert digest.finish() == primitives.sm3(b"abc")
