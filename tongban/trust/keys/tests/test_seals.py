"""Private keys of seals are in the hierarchy: they are resealed after a rotation, and older ones are adopted."""

import pytest

from tongban.foundation.errors import Conflict
from tongban.trust.crypto import keyring
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.errors import CryptoUnavailable, KeyUnavailable
from tongban.trust.crypto.models import DataKey, KeyUse, SigningKey
from tongban.trust.crypto.primitives import hmac_sm3, provider, sm4_gcm_encrypt
from tongban.trust.crypto.services import resealing, signing
from tongban.trust.keys import services

SECRET = "5e" * 32


def active():
    return DataKey.objects.get(purpose="seal", state="active")


def in_old_format(key_id):
    """A key pair as it was stored before the hierarchy."""
    private, public = provider().generate()
    key = hmac_sm3(bytes.fromhex(SECRET), b"seal key 1")[:16]
    iv, ciphertext, tag = sm4_gcm_encrypt(key, private, key_id.encode())
    SigningKey.objects.create(key_id=key_id, public=public, private=iv + ciphertext + tag)
    return public


@pytest.mark.usefixtures("_at_once")
def test_the_key_of_seals_can_be_rotated_and_destroyed_without_loss(guard):
    public, old = crypto.public_key("seal:rotates"), active()
    services.rotate("data", purpose="seal", reason="例行轮换", actor=guard)
    with pytest.raises(Conflict, match="crypto_signing_key"):
        services.destroy(old.id, reason="到期", actor=guard)
    signing._known_pairs.clear()
    assert crypto.verify(public, b"record", crypto.sign("seal:rotates", b"record"))
    assert services.reseal("seal", batch=10, reason="换新", actor=guard) == SigningKey.objects.count() >= 1
    assert KeyUse.objects.get(data_key=active()).values == SigningKey.objects.count()
    assert list(resealing.tables_under(old)) == []
    services.destroy(old.id, reason="到期", actor=guard)
    signing._known_pairs.clear()
    assert crypto.verify(public, b"record", crypto.sign("seal:rotates", b"record"))


@pytest.mark.usefixtures("_at_once")
def test_the_queue_reseals_seals_automatically(guard):
    crypto.public_key("seal:queue")
    services.rotate("data", purpose="seal", reason="例行轮换", actor=guard)
    assert services.reseal_some(100) >= 1
    sealed = bytes(SigningKey.objects.get(key_id="seal:queue").private)
    assert keyring.number_of(sealed)[0] == active().number


@pytest.mark.django_db
def test_an_older_seal_opens_and_needs_no_secret_after_adoption(settings):
    settings.SEAL_KEY = SECRET
    public = in_old_format("seal:old")
    assert crypto.verify(public, b"record", crypto.sign("seal:old", b"record"))
    signing.adopt_private_keys()
    settings.SEAL_KEY = ""
    signing._known_pairs.clear()
    assert crypto.verify(public, b"record", crypto.sign("seal:old", b"record"))
    signing.adopt_private_keys()


@pytest.mark.django_db
def test_a_missing_old_secret_is_reported(settings, caplog):
    settings.SEAL_KEY = SECRET
    in_old_format("seal:lost")
    settings.SEAL_KEY = ""
    with pytest.raises(CryptoUnavailable, match="set TONGBAN_SEAL_KEY"):
        signing.adopt_private_keys()
    with pytest.raises(KeyUnavailable):
        crypto.sign("seal:lost", b"record")
    assert "TONGBAN_SEAL_KEY, which is not set" in caplog.text
    assert SECRET not in caplog.text
