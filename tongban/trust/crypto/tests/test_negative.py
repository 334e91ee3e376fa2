"""Inputs that must be refused, in the style of Wycheproof: SM2 with both engines, SM4-GCM, SM9."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from tongban.trust.crypto import primitives, services
from tongban.trust.crypto.errors import Tampered
from tongban.trust.crypto.providers import gmssl, libcrypto, sm9

N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
PROVIDERS = pytest.mark.parametrize("provider", [libcrypto, gmssl], ids=lambda p: p.name)


@pytest.fixture(params=[libcrypto, gmssl], ids=lambda p: p.name)
def signed(request, monkeypatch):
    """A valid signature, verified through the services with one engine."""
    provider = request.param
    monkeypatch.setattr(primitives, "provider", lambda: provider)
    private, public = provider.generate()
    digest = primitives.sm2_digest(public, b"record")
    signature = provider.sign_digest(private, public, digest)
    assert services.sm2_verify(public, digest, signature)
    return public, digest, signature


def integer(number):
    length = max(1, number.bit_length() // 8 + 1)
    return b"\x02" + bytes([length]) + number.to_bytes(length, "big", signed=True)


def pair(r, s):
    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


def numbers(signature):
    length = signature[3]
    return int.from_bytes(signature[4 : 4 + length], "big"), int.from_bytes(signature[6 + length :], "big")


@pytest.mark.req("H1")
def test_r_and_s_out_of_range_are_refused(signed):
    public, digest, signature = signed
    r, s = numbers(signature)
    assert services.sm2_verify(public, digest, pair(r, s))
    for wrong in (0, 1, N - 1, N, N + 1, -1):
        assert not services.sm2_verify(public, digest, pair(wrong, s)), wrong
        assert not services.sm2_verify(public, digest, pair(r, wrong)), wrong
    for one, other in ((0, 0), (N, N), (r + N, s), (r, s + N), (r, N - s), (N - r, s), (s, r)):
        assert not services.sm2_verify(public, digest, pair(one, other))


def test_other_encodings_of_a_valid_signature_are_refused(signed):
    public, digest, signature = signed
    body, first = signature[2:], signature[2 : 4 + signature[3]]
    second = body[len(first) :]
    padded = b"\x02" + bytes([first[1] + 1]) + b"\x00" + first[2:]
    for wrong in (
        signature + b"\x00", signature[:-1], b"\x00" + signature, signature[1:], b"", b"\x30\x00",
        b"\x30\x81" + bytes([len(body)]) + body,  # length in long form
        b"\x30\x80" + body + b"\x00\x00",  # indefinite length
        b"\x30" + bytes([len(body) + 1]) + padded + second,  # an extra leading zero
        b"\x30" + bytes([len(body) + 2]) + body + b"\x05\x00",  # trailing data after s
        b"\x31" + signature[1:], b"\x30" + bytes([len(first)]) + first,
        b"\x30" + bytes([len(body)]) + b"\x04" + body[1:],
        b"".join(number.to_bytes(32, "big") for number in numbers(signature)),  # raw r | s
    ):  # fmt: skip
        assert not services.sm2_verify(public, digest, wrong), wrong.hex()


def test_invalid_points_are_refused(signed):
    public, digest, signature = signed
    x, y = public[1:33], public[33:]
    for wrong in (
        b"\x00", b"\x00" + bytes(64), b"\x04" + bytes(64), b"", public[:-1], public + b"\x00",  # infinity, lengths
        b"\x04" + x + y[:-1] + bytes([y[-1] ^ 1]),  # off the curve
        b"\x04" + x + (P - int.from_bytes(y, "big")).to_bytes(32, "big"),  # the negative of the point
        b"\x04" + (P).to_bytes(32, "big") + y, b"\x04" + b"\xff" * 64,
        b"\x02" + x, b"\x03" + x, b"\x06" + x + y,  # compressed, hybrid
        # the base point of P-256: a point, but of another curve
        bytes.fromhex(
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
        ),
    ):  # fmt: skip
        assert not services.sm2_verify(wrong, digest, signature), wrong.hex()


def test_invalid_digests_are_refused(signed):
    public, digest, signature = signed
    for wrong in (b"", digest[:-1], digest + b"\x00", bytes(32), digest[::-1]):
        assert not services.sm2_verify(public, wrong, signature)


@PROVIDERS
@pytest.mark.parametrize("opener", [libcrypto, gmssl], ids=lambda p: p.name)
def test_each_engine_decrypts_values_of_the_other(provider, opener):
    private, public = provider.generate()
    for plain in (b"k", b"k" * 16, bytes(range(255))):
        assert opener.decrypt(private, public, provider.encrypt(public, plain)) == plain


@PROVIDERS
def test_no_byte_of_an_sm2_ciphertext_can_be_changed(provider):
    private, public = provider.generate()
    ciphertext = provider.encrypt(public, b"a data key of 16")
    for position in range(len(ciphertext)):
        changed = bytearray(ciphertext)
        changed[position] ^= 1
        with pytest.raises(Tampered):
            provider.decrypt(private, public, bytes(changed))
    for wrong in (b"", ciphertext[:-1], ciphertext[:40], b"\x30\x00", b"\x00" * 120):
        with pytest.raises(Tampered):
            provider.decrypt(private, public, wrong)
    with pytest.raises(Tampered):
        provider.decrypt(*provider.generate(), ciphertext)


@pytest.mark.django_db
def test_each_key_id_has_a_key_pair_of_its_own():
    signature = services.sign("test/one", b"record")
    one, other = services.public_key("test/one"), services.public_key("test/other")
    assert services.verify(one, b"record", signature)
    assert not services.verify(other, b"record", signature)


def test_random_bytes_differ():
    assert len({services.random(16) for _ in range(50)}) == 50


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 1000])
def test_sm4_gcm_refuses_changed_data(length):
    key, place = b"k" * 16, b"row"
    iv, ciphertext, tag = primitives.sm4_gcm_encrypt(key, b"p" * length, place)
    assert primitives.sm4_gcm_decrypt(key, iv, ciphertext, tag, place) == b"p" * length
    flipped = bytes([tag[0] ^ 1]) + tag[1:]
    for wrong in (
        (iv, ciphertext, flipped, place), (iv, ciphertext, tag[:12], place), (iv, ciphertext, tag[:4], place),
        (iv, ciphertext, b"", place), (iv, ciphertext, bytes(16), place), (iv, ciphertext, tag, b"other"),
        (iv, ciphertext, tag, b""), (bytes(12), ciphertext, tag, place), (iv, ciphertext + b"\x00", tag, place),
        (iv, ciphertext[:-1] if ciphertext else b"x", tag, place),
    ):  # fmt: skip
        with pytest.raises(Tampered):
            primitives.sm4_gcm_decrypt(key, *wrong)
    with pytest.raises(Tampered):
        primitives.sm4_gcm_decrypt(b"j" * 16, iv, ciphertext, tag, place)


def test_sm9_unwraps_only_for_its_identity():
    secret, public = sm9.generate()
    wrapped = sm9.wrap(public, "a|cases|1", b"k" * 16)
    reader = sm9.extract(secret, "a|cases|1")
    assert sm9.unwrap(reader, "a|cases|1", wrapped) == b"k" * 16
    for private, identity in (
        (sm9.extract(secret, "a|cases|2"), "a|cases|2"), (reader, "a|cases|2"),
        (sm9.extract(sm9.generate()[0], "a|cases|1"), "a|cases|1"),
    ):  # fmt: skip
        with pytest.raises(Tampered):
            sm9.unwrap(private, identity, wrapped)
    for position in range(0, len(wrapped), 5):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(Tampered):
            sm9.unwrap(reader, "a|cases|1", bytes(changed))
    for wrong in (b"", wrapped[:-1], b"\x30\x00", bytes(400)):
        with pytest.raises(Tampered):
            sm9.unwrap(reader, "a|cases|1", wrong)


@pytest.mark.parametrize(
    ("message", "digest"),
    [  # GB/T 32905 Annex A
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_passes_the_standards_vectors(message, digest):
    assert primitives.sm3(message).hex() == digest


def test_sm4_passes_the_standards_vectors():
    """GB/T 32907 Annex A.1, and A.2 with a million rounds."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(SM4(key), ECB()).encryptor()
    block = encryptor.update(key)
    assert block.hex() == "681edf34d206965e86b3e94f536e4246"
    for _ in range(999_999):
        block = encryptor.update(block)
    assert block.hex() == "595298c7c6fd271f0402f804c33d3f66"


def test_sm4_gcm_passes_the_vector_of_rfc_8998():
    """RFC 8998 Appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    plain = bytes.fromhex("".join(2 * c * 8 for c in "abcdefea"))
    iv, ciphertext, tag = primitives.sm4_gcm_encrypt(
        key, plain, bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), bytes.fromhex("00001234567800000000abcd")
    )
    assert ciphertext.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"
