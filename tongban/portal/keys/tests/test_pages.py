"""The key pages of the security administrator, and the public certificates."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.ui import slots
from tongban.people.identity import services as identity
from tongban.people.identity.testing import signed_in, with_phone
from tongban.people.signin.testing import confirm
from tongban.trust.crypto import keyring, masters
from tongban.trust.crypto.masters.software import SoftwareMaster
from tongban.trust.crypto.models import DataKey, IndexKey
from tongban.trust.keys import services
from tongban.trust.keys.tests.conftest import BY
from tongban.trust.ledger.models import Entry


@pytest.fixture
def seal(department):
    return services.certificate_of(f"seal:{department.id}", department.id)


ADDRESSES = ["/keys/", "/keys/rotate/data/", "/keys/certificates/", "/keys/certificates/{}/"]


@pytest.mark.parametrize("kind", ["window", "head", "system-admin", "audit-admin"])
def test_people_other_than_the_security_administrator_are_refused(appoint, seal, kind):
    client = signed_in(appoint(kind).subject_id)
    for address in ADDRESSES:
        assert client.get(address.format(seal.id)).status_code == 403
        assert Client().get(address.format(seal.id)).status_code == 302
    assert client.post("/keys/rotate/data/", {"reason": "试一试"}).status_code == 403
    assert (
        client.post(f"/keys/certificates/{seal.id}/", {"reason": "试", "revocation": "superseded"}).status_code == 403
    )
    assert not Entry.objects.filter(type__in=["keys.KeyRotated", "keys.CertificateRevoked"]).exists()


@pytest.mark.parametrize("level", ["data", "department", "root", "master", "nonsense"])
@pytest.mark.parametrize("state", ["", "active", "destroyed", "nonsense"])
def test_the_inventory_shows_ids_and_states_and_no_key(guard_client, level, state):
    answer = guard_client.get("/keys/", {"level": level, "state": state, "page": "9999"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "密钥清单" in text
    for key in DataKey.objects.all():
        assert bytes(key.wrapped).hex() not in text


def test_the_number_of_queries_does_not_grow(guard, guard_client, django_assert_max_num_queries):
    guard_client.get("/keys/")
    with django_assert_max_num_queries(16):
        guard_client.get("/keys/")
    services.rotate("data", reason="第二批", actor=guard)
    with django_assert_max_num_queries(16):
        text = guard_client.get("/keys/").content.decode()
    assert "停用" in text
    assert "李*敏" in text


def test_an_overdue_key_is_marked(guard_client):
    from datetime import timedelta

    from tongban.foundation import clock

    DataKey.objects.filter(purpose="identity").update(made_at=clock.now() - timedelta(days=400))
    text = guard_client.get("/keys/").content.decode()
    assert "已到期" in text
    assert "有 1 把密钥到了该轮换的日子" in text


def test_rotating_asks_for_a_reason_and_keeps_the_input(guard_client):
    before = DataKey.objects.get(purpose="cases", state="active")
    assert "不用停机" in guard_client.get("/keys/rotate/data/").content.decode()
    refused = guard_client.post("/keys/rotate/data/", {"purpose": "cases", "reason": ""})
    assert refused.status_code == 422
    assert '<option value="cases" selected>' in refused.content.decode()
    assert guard_client.post("/keys/rotate/data/", {"purpose": "x", "reason": "例行"}).status_code == 422
    done = guard_client.post("/keys/rotate/data/", {"purpose": "cases", "reason": "例行轮换"}, follow=True)
    assert "已轮换 1 把数据密钥" in done.content.decode()
    assert DataKey.objects.get(id=before.id).state == "retired"
    assert Entry.objects.get(type="keys.KeyRotated").reason == "例行轮换"
    assert guard_client.get("/keys/rotate/door/").status_code == 404
    assert guard_client.post("/keys/rotate/master/", {"reason": "例行"}).status_code == 422


@pytest.mark.req("B3")
def test_rotating_and_revoking_ask_for_a_proof_first(guard, seal):
    client = with_phone(guard.subject_id)
    revoking = {"revocation": "cessation_of_operation", "reason": "印章停用"}
    assert client.post(f"/keys/certificates/{seal.id}/", revoking)["Location"].startswith("/confirm/")
    asked = client.post("/keys/rotate/data/", {"purpose": "cases", "reason": "例行轮换"})
    assert not Entry.objects.filter(type__in=["keys.KeyRotated", "keys.CertificateRevoked"]).exists()
    assert confirm(client, asked)["Location"] == "/keys/?level=data"
    assert Entry.objects.get(type="keys.KeyRotated").reason == "例行轮换"
    assert client.post(f"/keys/certificates/{seal.id}/", revoking).status_code == 302, "the proof is still fresh"
    assert Entry.objects.filter(type="keys.CertificateRevoked").exists()


def test_a_certificate_can_be_viewed_and_revoked(guard_client, seal):
    page = guard_client.get("/keys/certificates/").content.decode()
    assert "市公安局电子印章" in page
    address = f"/keys/certificates/{seal.id}/"
    assert "吊销这张证书" in guard_client.get(address).content.decode()
    for wrong in ({"reason": "停用"}, {"revocation": "superseded"}, {"revocation": "whim", "reason": "停用"}):
        assert guard_client.post(address, wrong).status_code == 422
    done = guard_client.post(address, {"revocation": "cessation_of_operation", "reason": "印章停用"}, follow=True)
    assert "停止使用" in done.content.decode()
    assert guard_client.post(address, {"revocation": "superseded", "reason": "再来"}).status_code == 422
    assert guard_client.get(f"/keys/certificates/{new_id()}/").status_code == 404


def test_anybody_can_fetch_the_certificate_chain_and_the_revocation_list(seal):
    client = Client()
    chain = client.get(f"/keys/certificates/{seal.id}.pem")
    assert chain.content.count(b"BEGIN CERTIFICATE") == 3
    crl = client.get(f"/keys/certificates/{seal.issuer_id}.crl")
    assert crl["Content-Type"] == "application/pkix-crl"
    assert client.get(f"/keys/certificates/{seal.id}.crl").status_code == 404
    assert client.get(f"/keys/certificates/{new_id()}.pem").status_code == 404


@pytest.mark.parametrize("kind", ["window", "head", "system-admin", "security-admin", "audit-admin"])
def test_only_the_security_administrator_has_a_menu_entry_for_keys(kind):
    entries = slots.menu(slots.MenuArea.DESK, slots.Viewer("李*敏", posts=(kind,), city_posts=(kind,)))
    assert ("/keys/" in {entry.href for entry in entries}) == (kind == "security-admin")
    of_district = slots.menu(slots.MenuArea.DESK, slots.Viewer("李*敏", posts=(kind,)))
    assert "/keys/" not in {entry.href for entry in of_district}


def test_a_page_without_its_master_key_reports_it_and_reveals_nothing(guard, guard_client, monkeypatch, caplog):
    other = SoftwareMaster(b"\x05" * 32, source="file")
    monkeypatch.setattr(masters, "masters", lambda: (other,))
    keyring._ring.opened.clear()
    answer = guard_client.get("/keys/")
    assert answer.status_code == 503
    text = answer.content.decode()
    assert "密钥服务暂时不可用" in text
    key = DataKey.objects.select_related("department_key").get(purpose="identity", state="active")
    for secret in ("李文敏", "李*敏", f"{key.number:08x}", str(key.id), key.department_key.identity):
        assert secret not in text
    assert "KeyUnavailable" in caplog.text
    assert "李文敏" not in caplog.text


def test_a_tampered_value_gives_the_plain_error_page(guard, caplog):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_subject SET name = name || '\\x00' WHERE id = %s", [guard.subject_id])
    client = signed_in(guard.subject_id)
    client.raise_request_exception = False
    answer = client.get("/keys/")
    assert answer.status_code == 500
    assert "系统暂时繁忙" in answer.content.decode()
    assert "was changed or belongs to another row" in caplog.text
    assert "李文敏" not in caplog.text + answer.content.decode()


def test_the_page_shows_both_index_keys_and_the_progress(guard_client):
    why = {"reason": "例行轮换"}
    identity.register_person(name="李文敏", number="990102198001010010", division_code="990102", actor=BY)
    answer = guard_client.post("/keys/rotate/index/", why, follow=True)
    assert "已轮换 1 把索引密钥" in answer.content.decode()
    newest = IndexKey.objects.order_by("-number").first()
    IndexKey.objects.filter(pk=newest.pk).update(current_from=clock.now() - timedelta(minutes=1))
    keyring.forget()
    services.reindex_some(10)
    text = guard_client.get("/keys/?level=index").content.decode()
    assert "HMAC-SM3" in text
    assert "索引（项）" in text
    again = guard_client.post("/keys/rotate/index/", why)
    assert (again.status_code, "上一次轮换" in again.content.decode()) == (422, True)
