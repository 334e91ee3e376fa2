"""SM2, SM3 and SM4-GCM: known answers, and providers compared with each other and with the `openssl` command."""

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.trust.crypto import primitives, services
from tongban.trust.crypto.primitives import CryptoUnavailable, Tampered
from tongban.trust.crypto.providers import gmssl, libcrypto

PROVIDERS = [libcrypto, gmssl]


def test_the_self_test_passes():
    primitives.self_test()


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.name)
def test_each_provider_passes_the_known_answers(provider):
    primitives.check_provider(provider)


def test_a_provider_that_accepts_everything_is_refused():
    class Credulous:
        verify_digest = staticmethod(lambda *_: True)

    with pytest.raises(CryptoUnavailable, match="wrong signature"):
        primitives.check_provider(Credulous)


def test_the_platform_refuses_to_start_without_a_provider(monkeypatch):
    def refuse(_):
        raise CryptoUnavailable("broken")

    monkeypatch.setattr(primitives, "check_provider", refuse)
    with pytest.raises(CryptoUnavailable, match=r"libcrypto: broken; gmssl: broken"):
        primitives.provider.__wrapped__()


def test_the_second_provider_takes_over(monkeypatch):
    monkeypatch.setattr(libcrypto, "verify_digest", lambda *_: False)
    assert primitives.provider.__wrapped__().name == "gmssl"


def test_sm3_works_without_support_in_hashlib(monkeypatch):
    here = primitives.sm3(b"abc"), primitives.hmac_sm3(b"key" * 11, b"abc")
    monkeypatch.setattr("hashlib.algorithms_available", set())
    assert (primitives.sm3(b"abc"), primitives.hmac_sm3(b"key" * 11, b"abc")) == here


@pytest.mark.parametrize("signer", PROVIDERS, ids=lambda p: p.name)
@pytest.mark.parametrize("verifier", PROVIDERS, ids=lambda p: p.name)
def test_each_provider_verifies_signatures_of_the_other(signer, verifier):
    private, public = signer.generate()
    digest = primitives.sm2_digest(public, "结果".encode())
    signature = signer.sign_digest(private, public, digest)
    assert verifier.verify_digest(public, digest, signature)
    assert not verifier.verify_digest(public, primitives.sm2_digest(public, b"other"), signature)
    assert not verifier.verify_digest(signer.generate()[1], digest, signature)


@pytest.mark.parametrize("signer", PROVIDERS, ids=lambda p: p.name)
@pytest.mark.parametrize("verifier", PROVIDERS, ids=lambda p: p.name)
def test_many_signatures_with_one_key_are_valid_and_share_no_nonce(signer, verifier):
    private, public = signer.generate()
    digests = [primitives.sm3(b"the same")] * 3 + [primitives.sm3(bytes([n])) for n in range(70)]
    signatures = signer.sign_digests(private, public, digests)
    assert all(verifier.verify_digest(public, *pair) for pair in zip(digests, signatures, strict=True))
    assert not verifier.verify_digest(public, digests[0], signatures[-1])
    again = signer.sign_digests(private, public, digests[:1])
    assert len({*signatures[:3], *again}) == 4
    assert signer.sign_digests(private, public, []) == []


def test_a_fast_provider_with_invalid_signatures_is_skipped(monkeypatch):
    assert primitives.provider_of_many.__wrapped__().name == "gmssl"
    sign = gmssl.sign_digests
    monkeypatch.setattr(gmssl, "sign_digests", lambda *given: [sign(*given)[0]] * len(given[2]))
    assert primitives.provider_of_many.__wrapped__() is primitives.provider()


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda p: p.name)
@pytest.mark.parametrize(
    "signature", [b"", b"\x30\x00", b"\x00" * 71, b"nonsense", b"\x30\x06\x02\x01\x00\x02\x01\x00"]
)
@pytest.mark.parametrize("public", [b"", b"\x04" * 64, b"\x04" + b"\x01" * 64, b"\x02" + b"\x01" * 64])
def test_malformed_keys_and_signatures_do_not_verify(provider, signature, public):
    assert provider.verify_digest(public, b"\x01" * 32, signature) is False
    assert provider.verify_digest(provider.generate()[1], b"\x01" * 32, signature) is False


@pytest.mark.django_db
def test_records_signed_together_verify_individually():
    public = services.public_key("seal/many")
    records = [b"one", b"two"]
    signatures = services.sign_many("seal/many", records)
    assert all(services.verify(public, *pair) for pair in zip(records, signatures, strict=True))
    assert not services.verify(public, b"one", signatures[1])


@pytest.mark.req("H1")
@pytest.mark.django_db
def test_a_signature_is_valid_only_for_its_own_data_and_key():
    signature = services.sign("seal/a", b"record")
    public = services.public_key("seal/a")
    assert len(public) == 65
    assert services.verify(public, b"record", signature)
    assert not services.verify(public, b"record!", signature)
    assert not services.verify(services.public_key("seal/b"), b"record", signature)
    for position in range(len(signature)):
        forged = bytearray(signature)
        forged[position] ^= 1
        assert not services.verify(public, b"record", bytes(forged))


@pytest.mark.django_db
def test_a_key_stays_the_same_and_is_stored_sealed():
    from tongban.trust.crypto.models import SigningKey

    first = services.public_key("seal/stays")
    assert services.public_key("seal/stays") == first
    stored = SigningKey.objects.get(key_id="seal/stays")
    assert len(bytes(stored.private)) == 5 + 12 + 32 + 16
    stored.private = bytes(stored.private)[:-1] + bytes([bytes(stored.private)[-1] ^ 1])
    stored.save()
    with pytest.raises(Tampered):
        services.sign("seal/stays", b"record")


@pytest.mark.req("H1")
@pytest.mark.django_db
@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command is only a second opinion")
def test_the_openssl_command_verifies_our_signature(tmp_path):
    record = "出生医学证明|版本 1".encode()
    (tmp_path / "key.pem").write_text(services.public_key_pem("seal/openssl"))
    (tmp_path / "signature").write_bytes(services.sign("seal/openssl", record))
    (tmp_path / "record").write_bytes(record)
    assert _openssl_verifies(tmp_path)
    (tmp_path / "record").write_bytes(record + b"!")
    assert not _openssl_verifies(tmp_path)


def _openssl_verifies(folder) -> bool:
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in record -digest sm3 -sigfile signature"
    arguments = [*command.split(), "-pkeyopt", "distid:1234567812345678"]
    return subprocess.run(arguments, cwd=folder, capture_output=True, timeout=20, check=False).returncode == 0


@pytest.mark.django_db
@given(plain=st.binary(max_size=300), bound_to=st.binary(max_size=60))
def test_a_sealed_value_opens_with_its_binding_only(plain, bound_to):
    sealed = services.encrypt(plain, bound_to=bound_to)
    assert services.decrypt(sealed, bound_to=bound_to) == plain
    assert sealed != services.encrypt(plain, bound_to=bound_to)
    with pytest.raises(Tampered):
        services.decrypt(sealed, bound_to=bound_to + b"x")


@pytest.mark.django_db
@given(plain=st.binary(max_size=40), data=st.data())
def test_no_byte_of_a_sealed_value_can_be_changed(plain, data):
    sealed = bytearray(services.encrypt(plain, bound_to=b"row"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Tampered):
        services.decrypt(bytes(sealed), bound_to=b"row")


@pytest.mark.django_db
def test_a_truncated_value_does_not_open():
    with pytest.raises(Tampered, match="cut short"):
        services.decrypt(services.encrypt(b"", bound_to=b"row")[:-1], bound_to=b"row")


@pytest.mark.django_db
def test_a_blind_index_finds_equal_values_of_one_purpose():
    index = services.blind_index("99010120260101001x", purpose="number")
    assert index == services.blind_index(" 99010120260101001Ｘ ", purpose="number")
    assert index != services.blind_index("99010120260101001X", purpose="phone")
    assert len(index) == 64
