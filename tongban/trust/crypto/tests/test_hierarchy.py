"""Master, department and data keys are created, rotated, retired and destroyed while values are written and read."""

import logging
import threading

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting import until
from tongban.foundation.testing import together
from tongban.trust.crypto import keyring, making, masters, sealing, services
from tongban.trust.crypto.errors import KeyDestroyed, KeyUnavailable, Tampered, UnknownKey
from tongban.trust.crypto.masters.software import SoftwareMaster
from tongban.trust.crypto.models import DataKey, DepartmentKey, IdentityRoot, IndexKey, MasterKey
from tongban.trust.crypto.primitives import hmac_sm3, sm4_gcm_encrypt
from tongban.trust.crypto.providers import sm9

BY = "machine:test"


def active(purpose="ledger"):
    return DataKey.objects.get(purpose=purpose, state="active")


@pytest.mark.django_db
@pytest.mark.req("H1")
def test_each_purpose_has_keys_from_the_start():
    assert set(DataKey.objects.filter(state="active").values_list("purpose", flat=True)) >= {
        "identity", "ledger", "cases", "licences", "libraries", "files", "general",
    }  # fmt: skip
    key = active("identity").department_key
    assert (key.algorithm, key.identity) == ("sm9", f"{making.owner_of('identity')}|identity|1")
    assert MasterKey.objects.get(state="active").label == masters.current().label


@pytest.mark.django_db
def test_a_value_names_its_key_and_the_old_local_key_still_opens_values(settings):
    sealed = services.encrypt("甲".encode(), bound_to=b"row", purpose="ledger")
    assert sealed[:1] == b"\x02"
    assert int.from_bytes(sealed[1:5], "big") == active().number
    assert len(sealed) == 5 + 12 + 3 + 16
    local = hmac_sm3(bytes.fromhex(settings.DATA_KEY), b"data key 1")[:16]
    iv, ciphertext, tag = sm4_gcm_encrypt(local, "乙".encode(), b"row")
    old = b"\x01" + iv + ciphertext + tag
    assert services.decrypt(old, bound_to=b"row") == "乙".encode()
    settings.DATA_KEY = ""  # the local key is in the hierarchy now and can be removed from the environment
    assert services.decrypt(old, bound_to=b"row") == "乙".encode()


@pytest.mark.django_db
def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens():
    old = active()
    before = services.encrypt(b"one", bound_to=b"row", purpose="ledger")
    new = making.new_data_key("ledger", by=BY)
    after = services.encrypt(b"two", bound_to=b"row", purpose="ledger")
    keyring.forget()
    old.refresh_from_db()
    assert (old.state, old.retired_by, active()) == ("retired", BY, new)
    assert int.from_bytes(services.encrypt(b"three", bound_to=b"row", purpose="ledger")[1:5], "big") == new.number
    assert services.decrypt(before, bound_to=b"row") == b"one"
    assert services.decrypt(after, bound_to=b"row") == b"two"
    assert not sealing.is_current(before, purpose="ledger")


@pytest.mark.django_db
@pytest.mark.parametrize("algorithm", ["sm9", "sm2"])
def test_a_new_department_key_rewraps_the_data_keys(algorithm):
    sealed = services.encrypt(b"one", bound_to=b"row", purpose="ledger")
    old, wrapped = active().department_key, bytes(active().wrapped)
    new = making.new_department_key("ledger", by=BY, algorithm=algorithm)
    key = active()
    assert (key.department_key, new.version, new.algorithm) == (new, old.version + 1, algorithm)
    assert bytes(key.wrapped) != wrapped
    assert services.decrypt(sealed, bound_to=b"row") == b"one"
    making.destroy(DepartmentKey.objects.get(id=old.id), by=BY)
    keyring.forget()
    keyring._ring.opened.clear()
    assert services.decrypt(sealed, bound_to=b"row") == b"one"
    with pytest.raises(KeyDestroyed):
        services.unwrap(old.identity, wrapped)


@pytest.mark.django_db
def test_a_new_master_key_replaces_the_old_one(monkeypatch):
    sealed = services.encrypt(b"one", bound_to=b"row", purpose="ledger")
    old = masters.current()
    new = SoftwareMaster(b"\x07" * 32, source="file")
    monkeypatch.setattr(masters, "masters", lambda: (new, old))
    row, count = making.adopt_master_key(by=BY)
    assert (bytes(row.label), row.source, row.state) == (new.label, "file", "active")
    assert count == sum(
        model.objects.exclude(state="destroyed").count() for model in (DepartmentKey, IdentityRoot, IndexKey)
    )
    assert MasterKey.objects.get(label=old.label).state == "retired"
    monkeypatch.setattr(masters, "masters", lambda: (new,))
    keyring._ring.opened.clear()
    assert services.decrypt(sealed, bound_to=b"row") == b"one"
    monkeypatch.setattr(masters, "masters", lambda: (old,))
    keyring.forget()
    keyring._ring.opened.clear()
    with pytest.raises(KeyUnavailable, match="密钥服务"):
        services.decrypt(sealed, bound_to=b"row")
    keyring.forget()


@pytest.mark.django_db
def test_a_secret_of_the_hierarchy_is_bound_to_its_row():
    one, other = active("identity").department_key, active("cases").department_key
    with pytest.raises(Tampered):
        masters.unseal(one.sealed, bound_to=keyring.place_of(other))


@pytest.mark.django_db
def test_a_destroyed_key_opens_nothing_and_says_so(caplog):
    sealed = services.encrypt("张三的住址".encode(), bound_to=b"row", purpose="ledger")
    old = active()
    making.new_data_key("ledger", by=BY)
    making.destroy(DataKey.objects.get(id=old.id), by=BY)
    keyring.forget()
    with caplog.at_level(logging.ERROR), pytest.raises(KeyDestroyed, match="已经依规定销毁"):
        services.decrypt(sealed, bound_to=b"row")
    assert "KeyDestroyed" in caplog.text
    assert "张三" not in caplog.text
    assert bytes(DataKey.objects.get(id=old.id).wrapped) == b""
    keyring.forget()


@pytest.mark.django_db
def test_an_unknown_key_is_looked_up_once_and_refused(django_assert_num_queries, caplog):
    services.encrypt(b"", bound_to=b"row")
    sealed = b"\x02" + (2**31 - 1).to_bytes(4, "big") + bytes(30)
    with django_assert_num_queries(1), pytest.raises(UnknownKey, match="7fffffff"):
        services.decrypt(sealed, bound_to=b"row")
    assert "7fffffff" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02", b"\x02" + bytes(31), b"\x01" + bytes(27), b"\x09" * 60])
def test_a_truncated_or_unsealed_value_is_refused(sealed):
    with pytest.raises(Tampered):
        services.decrypt(sealed, bound_to=b"row")


@pytest.mark.django_db
def test_an_unknown_purpose_gets_keys_at_first_use():
    sealed = services.encrypt(b"one", bound_to=b"row", purpose="never-seen")
    assert services.decrypt(sealed, bound_to=b"row") == b"one"
    assert active("never-seen").department_key.identity == "platform|never-seen|1"


@pytest.mark.django_db
def test_the_settings_name_the_owner_of_a_purpose(settings):
    settings.KEY_OWNERS = {"ledger": "11990100MB0T15487B"}
    new = making.new_department_key("ledger", by=BY)
    assert new.identity == f"11990100MB0T15487B|ledger|{new.version}"
    wrapped = services.wrap(new.identity, b"k" * 16)
    assert services.unwrap(new.identity, wrapped) == b"k" * 16
    with pytest.raises(UnknownKey):
        services.unwrap("platform|ledger|99", wrapped)
    with pytest.raises(Tampered):
        services.unwrap(active("cases").department_key.identity, wrapped)
    with pytest.raises(ValueError, match="not data"):
        services.wrap(new.identity, b"k" * 256)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_was_rolled_back_never_seals():
    with transaction.atomic():
        made = making.new_data_key("ledger", by=BY)
        keyring.forget()
        sealed = services.encrypt(b"two", bound_to=b"row", purpose="ledger")
        assert int.from_bytes(sealed[1:5], "big") == made.number
        transaction.set_rollback(True)
    assert not DataKey.objects.filter(id=made.id).exists()
    sealed = services.encrypt(b"three", bound_to=b"row", purpose="ledger")
    assert int.from_bytes(sealed[1:5], "big") == active().number


@pytest.mark.django_db(transaction=True)
def test_no_read_and_no_write_fails_while_keys_rotate(settings):
    """Four threads write and read while every level is rotated several times."""
    settings.KEY_CACHE_SECONDS = 0.02
    keyring.forget()
    stop, failures, counts = threading.Event(), [], [0] * 4

    def work(which):
        kept = []
        try:
            while not stop.is_set():
                plain = f"{which}:{counts[which]}".encode()
                kept.append((plain, services.encrypt(plain, bound_to=plain, purpose="ledger")))
                for expected, sealed in kept[-20:]:
                    assert services.decrypt(sealed, bound_to=expected) == expected
                counts[which] += 1
            for expected, sealed in kept:
                assert services.decrypt(sealed, bound_to=expected) == expected
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(4):
            making.new_data_key("ledger", by=BY)
            making.new_department_key("ledger", by=BY)
            making.adopt_master_key(by=BY)
        until(lambda: failures or min(counts) > 3)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert min(counts) > 3
    settings.KEY_CACHE_SECONDS = 24 * 3600
    keyring.forget()


@pytest.mark.django_db(transaction=True)
def test_two_first_users_of_a_purpose_get_one_key():
    heads = together(*[lambda: services.encrypt(b"", bound_to=b"", purpose="raced")[:5]] * 4)
    assert len(set(heads)) == 1


@pytest.mark.django_db
@given(text=st.text(max_size=200), place=st.text(max_size=40), purpose=st.sampled_from(["ledger", "cases", "general"]))
def test_any_text_opens_in_its_place_and_nowhere_else(text, place, purpose):
    sealed = services.encrypt(text.encode(), bound_to=place.encode(), purpose=purpose)
    assert services.decrypt(sealed, bound_to=place.encode()).decode() == text
    with pytest.raises(Tampered):
        services.decrypt(sealed, bound_to=place.encode() + b"\x00")
    with pytest.raises(Tampered):
        services.decrypt(sealed[:-1], bound_to=place.encode())


@pytest.mark.django_db
def test_without_the_sm9_engine_keys_are_wrapped_by_sm2(monkeypatch):
    monkeypatch.setattr(sm9, "available", lambda: False)
    sealed = services.encrypt(b"one", bound_to=b"row", purpose="elsewhere")
    assert active("elsewhere").department_key.algorithm == "sm2"
    assert services.decrypt(sealed, bound_to=b"row") == b"one"


@pytest.mark.django_db
def test_an_error_for_keys_wrapped_by_sm9_names_the_missing_package(monkeypatch):
    sealed = services.encrypt(b"one", bound_to=b"row", purpose="ledger")
    monkeypatch.setitem(__import__("sys").modules, "gmssl_pyx", None)
    keyring._ring.opened.clear()
    with pytest.raises(KeyUnavailable, match="gmssl_pyx"):
        services.decrypt(sealed, bound_to=b"row")
