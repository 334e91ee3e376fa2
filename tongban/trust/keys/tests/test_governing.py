"""Only the security administrator can change keys, with a reason, and the ledger records each change."""

import threading

import pytest
from django.db import connection, transaction

from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.foundation.ids import new_id
from tongban.foundation.testing import together
from tongban.people.identity import services as identity
from tongban.people.identity.models import Subject
from tongban.trust.crypto import keyring, making
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.errors import KeyDestroyed
from tongban.trust.crypto.models import DataKey, DepartmentKey, KeyUse, MasterKey
from tongban.trust.crypto.primitives import hmac_sm3, sm4_gcm_encrypt
from tongban.trust.crypto.services import resealing
from tongban.trust.keys import services, tasks
from tongban.trust.keys.tests.conftest import BY
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

WHY = "满一年例行轮换"


def active(purpose):
    return DataKey.objects.get(purpose=purpose, state="active")


def types_of(subject):
    return [entry.type for entry in ledger.entries_of(subject)]


def head_in_database(subject, column="name"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM identity_subject WHERE id = %s", [subject.id])
        return keyring.number_of(bytes(cursor.fetchone()[0]))[0]


def person(name="李文敏"):
    return identity.register_person(name=name, division_code="990102", phone="13812345678", actor=BY)


@pytest.mark.req("H4", "H5")
def test_a_rotation_is_recorded_with_actor_and_reason(guard):
    old = active("identity")
    [new] = services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    [entry] = ledger.entries_of(new.id)
    assert (entry.type, entry.actor, entry.reason) == ("keys.KeyRotated", str(guard.subject_id), WHY)
    rows = entry.payload.pop("rows")
    assert rows["crypto_data_key"][str(new.id)]["state"] == "active"
    assert entry.payload == {"level": "data", "purpose": "identity", "before": str(old.id), "rewrapped": 0}
    assert ledger.entries_of(old.id)[-1].type == "keys.KeyRetired"
    assert DataKey.objects.get(id=old.id).retired_by == str(guard.subject_id)
    [department_key] = services.rotate("department", purpose="identity", reason=WHY, actor=guard)
    [entry] = ledger.entries_of(department_key.id)
    assert entry.payload["rewrapped"] == 2
    assert len(services.rotate("data", reason=WHY, actor=guard)) == len(making.purposes())


@pytest.mark.parametrize("kind", ["head", "system-admin", "audit-admin"])
def test_only_the_security_administrator_can_change_keys(appoint, kind):
    actor = appoint(kind)
    for act in (
        lambda: services.rotate("data", reason=WHY, actor=actor),
        lambda: services.retire(active("identity").id, reason=WHY, actor=actor),
        lambda: services.destroy(active("identity").id, reason=WHY, actor=actor),
        lambda: services.reseal(batch=10, reason=WHY, actor=actor),
        lambda: services.revoke(new_id(), revocation="superseded", reason=WHY, actor=actor),
    ):
        with pytest.raises(NotAllowed, match="安全管理员"):
            act()


def test_invalid_requests_are_refused_with_a_reason(guard):
    for wrong in (
        {"reason": " "},
        {"reason": "很" * 201},
        {"level": "door"},
        {"purpose": "nothing"},
        {"algorithm": "rot13"},
    ):
        with pytest.raises(Invalid):
            services.rotate(**{"level": "data", "reason": WHY, "actor": guard, **wrong})
    with pytest.raises(Conflict, match="还没有配置新的主密钥"):
        services.rotate("master", reason=WHY, actor=guard)
    with pytest.raises(NotFound):
        services.destroy(new_id(), reason=WHY, actor=guard)
    with pytest.raises(Conflict, match="还在用"):
        services.destroy(active("identity").id, reason=WHY, actor=guard)
    with pytest.raises(Conflict, match="保管它的地方"):
        services.destroy(MasterKey.objects.get().id, reason=WHY, actor=guard)
    with pytest.raises(Invalid, match="每批"):
        services.reseal(batch=0, reason=WHY, actor=guard)


def test_a_retired_key_is_replaced_by_another(guard):
    old = active("identity")
    services.retire(old.id, reason=WHY, actor=guard)
    assert active("identity").id != old.id
    assert types_of(old.id) == ["keys.KeyRetired"]
    with pytest.raises(Conflict, match="已经停用"):
        services.retire(old.id, reason=WHY, actor=guard)


def test_old_values_are_resealed_in_batches_except_in_append_only_tables(guard):
    people = [person(f"人{n}") for n in range(7)]
    old, old_of_ledger = active("identity"), active("ledger")
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    services.rotate("data", purpose="ledger", reason=WHY, actor=guard)
    keyring.forget()
    said = []
    assert services.reseal(batch=3, reason="换新密钥", actor=guard, say=said.append) >= 7
    assert head_in_database(people[0]) == head_in_database(people[6], "phone") == active("identity").number
    assert [subject.name for subject in Subject.objects.filter(id__in=[p.id for p in people]).order_by("id")] == [
        f"人{n}" for n in range(7)
    ]
    assert not list(resealing.tables_under(old))
    assert "ledger_entry: append-only, left under its keys" in said
    assert "identity_subject: 3 rows" in said
    assert list(resealing.tables_under(old_of_ledger)) == ["ledger_entry"]
    assert services.reseal(batch=3, reason="再来一次", actor=guard) == 0
    uses = {use.table: use for use in KeyUse.objects.filter(data_key=active("identity"))}
    assert uses["identity_subject"].values >= 14
    assert Entry.objects.filter(type="keys.ValuesResealed").count() == 2


def test_a_row_that_does_not_open_is_skipped_and_the_others_are_resealed(guard, caplog):
    broken, whole = person("坏"), person("好")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_subject SET name = name || '\\x00' WHERE id = %s", [broken.id])
    old = active("identity")
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    keyring.forget()
    services.reseal("identity", batch=1, reason=WHY, actor=guard)
    assert head_in_database(whole) == active("identity").number
    assert head_in_database(broken) == old.number
    assert "left under its old key" in caplog.text


def test_an_unread_value_is_resealed_when_its_row_is_saved(guard):
    subject = person()
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    keyring.forget()
    Subject.objects.get(id=subject.id).save()
    assert head_in_database(subject) == active("identity").number
    assert Subject.objects.get(id=subject.id).name == "李文敏"


@pytest.mark.usefixtures("_at_once")
def test_a_key_is_destroyed_if_it_is_unneeded_or_together_with_its_values(guard, guard_client):
    subject, old = person("张三丰"), active("identity")
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    with pytest.raises(Conflict, match="identity_subject"):
        services.destroy(old.id, reason="到期销毁", actor=guard)
    services.destroy(old.id, reason="依法删除", actor=guard, shred=True)
    with pytest.raises(KeyDestroyed):
        _ = Subject.objects.get(id=subject.id).name
    [entry] = [one for one in ledger.entries_of(old.id) if one.type == "keys.KeyDestroyed"]
    assert entry.payload["shredded"] == ["identity_subject"]
    assert bytes(DataKey.objects.get(id=old.id).wrapped) == b""
    with pytest.raises(Conflict, match="已经销毁"):
        services.destroy(old.id, reason="再来", actor=guard)
    answer = guard_client.get("/account/")  # its header shows the name of the officer, which is gone too
    assert answer.status_code == 410
    assert "已经依规定销毁" in answer.content.decode()
    for secret in ("张三丰", "李文敏", f"{old.number:08x}", str(old.id)):
        assert secret not in answer.content.decode()


@pytest.mark.usefixtures("_at_once")
def test_a_resealed_key_is_destroyed_without_loss(guard):
    subject, old = person(), active("identity")
    old_department = old.department_key
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    services.reseal("identity", batch=100, reason=WHY, actor=guard)
    services.destroy(old.id, reason="到期销毁", actor=guard)
    services.rotate("department", purpose="identity", reason=WHY, actor=guard)
    services.destroy(old_department.id, reason="到期销毁", actor=guard)
    assert bytes(DepartmentKey.objects.get(id=old_department.id).sealed) == b""
    assert Subject.objects.get(id=subject.id).name == "李文敏"


def test_a_key_that_was_just_retired_cannot_be_destroyed_yet(guard, settings):
    settings.KEY_CACHE_SECONDS = 30
    old = active("identity")
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    with pytest.raises(Conflict, match="60 秒"):
        services.destroy(old.id, reason=WHY, actor=guard)


@pytest.mark.usefixtures("_at_once")
def test_a_key_that_may_still_seal_files_is_not_destroyed(guard):
    old = active("files")
    services.rotate("data", purpose="files", reason=WHY, actor=guard)
    with pytest.raises(Conflict, match="数据库以外的文件"):
        services.destroy(old.id, reason=WHY, actor=guard)


@pytest.mark.usefixtures("_at_once")
def test_the_queue_reseals_the_rest_in_small_batches(guard):
    people = [person(f"人{n}") for n in range(5)]
    services.rotate("data", purpose="identity", reason=WHY, actor=guard)
    assert services.reseal_some(2) == 2
    for _ in range(5):
        tasks.tend(timestamp=0)
    assert {head_in_database(one) for one in people} == {active("identity").number}
    assert services.reseal_some(100) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_at_once")
def test_resealing_does_not_disturb_writers():
    """A row that a writer has locked is skipped and keeps what is written; two runs do not disturb each other."""
    people = [person(f"人{n}") for n in range(40)]
    making.new_data_key("identity", by="machine:test")
    held, go_on = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            row = Subject.objects.select_for_update().get(id=people[0].id)
            held.set()
            go_on.wait(60)
            row.name = "新名"
            row.save()
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert held.wait(60)
    done = together(*[lambda: resealing.reseal("identity", batch=4)] * 2)
    go_on.set()
    writer.join()
    assert sum(done) == 39
    assert Subject.objects.get(id=people[0].id).name == "新名"
    assert {head_in_database(one) for one in people} == {active("identity").number}


def test_keys_made_by_the_platform_are_recorded_once(department):
    first = services.record_new_keys()
    assert first >= len(making.purposes())
    assert services.record_new_keys() == 0
    crypto.encrypt(b"", bound_to=b"", purpose="new-room")
    assert services.record_new_keys() == 2


def test_an_older_data_folder_opens_and_moves_to_the_hierarchy(guard, settings):
    subject = person("旧名")
    local = hmac_sm3(bytes.fromhex(settings.DATA_KEY), b"data key 1")[:16]
    place = f"identity_subject.name|{subject.id}".encode()
    iv, ciphertext, tag = sm4_gcm_encrypt(local, "王小明".encode(), place)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_subject SET name = %s WHERE id = %s", [b"\x01" + iv + ciphertext + tag, subject.id]
        )
    assert Subject.objects.get(id=subject.id).name == "王小明"
    assert head_in_database(subject) == keyring.LEGACY
    assert services.reseal("identity", batch=10, reason="换新密钥", actor=guard) == 1
    assert Subject.objects.get(id=subject.id).name == "王小明"
    assert head_in_database(subject) == active("identity").number
