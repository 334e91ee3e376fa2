"""Blind indexes under numbered keys: identification of the key, look-ups, and the start of a new key."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.trust.crypto import indexed, indexring, keyring, making, services
from tongban.trust.crypto.errors import KeyUnavailable
from tongban.trust.crypto.fields import EncryptedField
from tongban.trust.crypto.indexring import IndexSecret
from tongban.trust.crypto.models import IndexKey
from tongban.trust.crypto.primitives import hmac_sm3
from tongban.trust.crypto.services import index_keys

pytestmark = [pytest.mark.django_db, pytest.mark.req("D6")]
NO_INDEX = {
    "api.ApiToken.digest", "api.IdempotencyKey.key", "cases.CaseMaterial.evidence",
    "catalog.BundleVersion.content_hash", "catalog.ItemVersion.content_hash", "ledger.Alarm.digest",
    "signin.KnownBrowser.name_digest", "signin.WindowCheck.nonce", "signin.WindowCheck.phone_digest",
}  # fmt: skip
"""Columns of 64 characters that hold something else: random codes, digests of random or public contents, and keyed
digests that are compared within one account only."""


@pytest.fixture
def at_once(settings):
    settings.KEY_CACHE_SECONDS = 0
    keyring.forget()
    yield
    settings.KEY_CACHE_SECONDS = 24 * 3600
    keyring.forget()


@pytest.fixture
def second(at_once):
    """Key 2, which is already current."""
    return index_keys.new_index_key(by="machine:test")


def test_key_1_comes_from_the_environment_and_its_indexes_stay_unchanged(settings):
    in_old_format = hmac_sm3(bytes.fromhex(settings.INDEX_KEY), b"number\x0099010120260101001X").hex()
    assert services.blind_index(" 99010120260101001ｘ", purpose="number") == in_old_format
    assert services.blind_indexes("99010120260101001X", purpose="number") == [in_old_format]
    key = IndexKey.objects.get()
    assert (key.number, key.state) == (1, "active")
    assert bytes.fromhex(settings.INDEX_KEY) not in bytes(key.sealed)


@given(st.binary(max_size=60), st.binary(min_size=16, max_size=32), st.integers(1, 0xFFF), st.integers(1, 0xFFF))
def test_an_index_names_the_key_that_made_it(message, key, number, other):
    index = IndexSecret(number, key, b"").index(message)
    assert len(index) == 64
    assert indexring.number_of(index) == number
    assert (index == IndexSecret(other, key, b"").index(message)) is (number == other)


@pytest.mark.parametrize("text", ["", "k", "K002" + "0" * 60, "k001" + "0" * 60, "k000" + "0" * 60, "g" * 64, "A" * 64,
                                  "k002" + "0" * 59, "k002" + "0" * 61, "0" * 63, "0" * 64 + "\n"])  # fmt: skip
def test_a_malformed_index_is_refused(text):
    with pytest.raises(ValueError, match="not a blind index"):
        indexring.number_of(text)


@pytest.mark.usefixtures("second")
def test_new_rows_use_the_new_key_and_look_ups_use_both():
    new, old = services.blind_indexes("x", purpose="number")
    assert services.blind_index("x", purpose="number") == new
    assert (new[:4], indexring.number_of(old)) == ("k002", 1)
    assert services.is_index_of(new, "x", purpose="number")
    assert services.is_index_of(old, "x", purpose="number")
    assert not services.is_index_of(old, "y", purpose="number")
    assert not services.is_index_of(new, "x", purpose="phone")
    assert services.indexes_of(old, lambda: "x", purpose="number") == [old, new]
    assert services.indexes_of(None, lambda: "x", purpose="number") == []


def test_salts_and_addresses_never_change(at_once):
    before = services.salt_for("ledger-leaf", "1"), services.pinned_index("a", purpose="file")
    index_keys.new_index_key(by="machine:test")
    assert (services.salt_for("ledger-leaf", "1"), services.pinned_index("a", purpose="file")) == before
    index_keys.retire_older(by="machine:test")
    assert services.blind_indexes("x", purpose="number") == [services.blind_index("x", purpose="number")]
    assert (services.salt_for("ledger-leaf", "1"), services.pinned_index("a", purpose="file")) == before


def test_a_new_key_is_used_for_look_ups_before_it_is_used_for_writing(settings, monkeypatch):
    """No process meets a row under an unknown key: all reread the keys within one cache period, and the wait is two."""
    settings.KEY_CACHE_SECONDS = 30
    keyring.forget()
    old = services.blind_index("x", purpose="number")
    made = index_keys.new_index_key(by="machine:test")
    keyring.forget()
    assert made.current_from >= made.made_at + timedelta(seconds=60)
    assert services.blind_indexes("x", purpose="number")[0] == old
    assert [index[:4] for index in services.blind_indexes("x", purpose="number")[1:]] == ["k002"]
    later = indexring.datetime.now(indexring.UTC) + timedelta(seconds=61)

    class Later(indexring.datetime):
        @classmethod
        def now(cls, tz=None):
            return later

    monkeypatch.setattr(indexring, "datetime", Later)
    keyring.forget()
    assert services.blind_index("x", purpose="number")[:4] == "k002"
    assert services.blind_indexes("x", purpose="number")[1] == old
    keyring.forget()


def test_a_process_reads_the_keys_again_when_the_next_one_begins(settings):
    settings.KEY_CACHE_SECONDS = 30
    rows = [IndexKey.objects.get()]
    coming = IndexKey(number=2, state="active", sealed=rows[0].sealed, id=rows[0].id)
    coming.current_from = clock.now() + timedelta(seconds=5)
    ring = indexring.Ring([*rows, coming], {})
    assert [secret.number for secret in ring.active] == [1, 2]
    assert ring.until - indexring.time.monotonic() <= 5


def test_a_rolled_back_rotation_is_forgotten(at_once, settings):
    settings.KEY_CACHE_SECONDS = 24 * 3600
    old = services.blind_index("x", purpose="number")
    with transaction.atomic():
        index_keys.new_index_key(by="machine:test")
        keyring.forget()
        assert len(services.blind_indexes("x", purpose="number")) == 2
        transaction.set_rollback(True)
    assert services.blind_indexes("x", purpose="number") == [old]


def test_an_unknown_key_is_refused():
    with pytest.raises(KeyUnavailable):
        services.is_index_of("k0ff" + "0" * 60, "x", purpose="number")


@pytest.mark.usefixtures("second")
def test_a_new_master_key_seals_index_keys_too(monkeypatch):
    from tongban.trust.crypto import masters
    from tongban.trust.crypto.masters.software import SoftwareMaster

    index, found = services.blind_index("x", purpose="number"), masters.masters()
    new = SoftwareMaster(bytes(range(32)), source="file")
    monkeypatch.setattr(masters, "masters", lambda: (new, *found))
    making.adopt_master_key(by="machine:test")
    assert {bytes(key.sealed[:8]) for key in IndexKey.objects.all()} == {new.label}
    monkeypatch.setattr(masters, "masters", lambda: (new,))
    indexring._ring.opened.clear()
    assert services.blind_index("x", purpose="number") == index


def test_every_column_of_indexes_is_declared():
    """Every column of 64 characters is a declared index, or is listed above with its real meaning."""
    declared = {f"{c.label}.{c.index}" for c in indexed.columns}
    declared |= {f"{c.label}.{c.index}" for c in (*indexed.short_lived, *indexed.pinned)}
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("tongban.")
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.CharField) and (field.max_length == 64 or field.name.endswith("index"))
    }
    assert found - NO_INDEX - {name for name in found if name.startswith("sso.") and name != "sso.NetworkId.index"} == (
        declared
    )
    for column in indexed.columns:
        assert isinstance(column.text_field, EncryptedField)


def test_one_key_needs_no_additional_queries(django_assert_num_queries):
    services.blind_index("x", purpose="number")
    with django_assert_num_queries(0):
        services.hold_value("x", purpose="number")
        services.blind_indexes("x", purpose="number")
        services.indexes_of(services.blind_index("x", purpose="number"), lambda: 1 / 0, purpose="number")


@pytest.mark.usefixtures("second")
def test_writing_a_value_locks_it_against_parallel_writers(django_assert_num_queries):
    services.blind_index("x", purpose="number")
    services.hold_value("x", purpose="number")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] >= 2
