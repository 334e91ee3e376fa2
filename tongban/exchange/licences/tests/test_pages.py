"""Only holder and keeper see a wallet; everybody may verify a licence, with its data masked."""

from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from tongban.exchange.licences import comparisons, queries, services
from tongban.exchange.licences.tests.conftest import CITY, SURFACE, Town
from tongban.foundation import clock
from tongban.foundation.errors import Conflict
from tongban.foundation.ids import new_id
from tongban.foundation.testing import together
from tongban.foundation.ui import shell
from tongban.people.datauses.models import DataUse
from tongban.people.identity import services as identity
from tongban.people.identity.testing import signed_in
from tongban.people.organisation import services as organisation


def page(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.content[:500]
    return response.content.decode()


@pytest.mark.req("C11")
def test_the_keeper_sees_the_childs_licence(town: Town, issue: Any) -> None:
    licence = issue()
    client = signed_in(town.mother)
    text = page(client, "/wallet/")
    assert "出生医学证明" in text
    assert "张*予" in text
    assert "张知予" not in text
    text = page(client, f"/wallet/{licence.id}/")
    assert "签名有效" in text
    assert f"/verify/{licence.verify_code}/" in text
    for value in (SURFACE["新生儿姓名"], SURFACE["母亲证件号码"], "晨光路"):
        assert value not in text


@pytest.mark.req("B5")
def test_others_do_not_find_the_licence(town: Town, issue: Any) -> None:
    licence = issue()
    stranger = signed_in(town.stranger)
    for end in ("", "document.pdf", "document.sig"):
        assert stranger.get(f"/wallet/{licence.id}/{end}").status_code == 404
        response = Client().get(f"/wallet/{licence.id}/{end}")
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/?next=/wallet/")
    assert "还没有电子证照" in page(stranger, "/wallet/")


def test_an_officer_cannot_open_a_citizens_wallet(town: Town, issue: Any) -> None:
    licence = issue()
    officer = identity.register_person(name="周办", division_code="990102", actor=CITY)
    post = organisation.establish_post(town.health, kind="handler", name="经办一", actor=CITY)
    identity.appoint(officer.id, post_id=post.id, actor=CITY)
    client = signed_in(officer.id)
    assert client.get(f"/wallet/{licence.id}/").status_code == 403
    assert client.get(f"/wallet/{licence.id}/document.pdf").status_code == 403


def test_the_download_has_a_readable_name_and_its_signature(town: Town, issue: Any) -> None:
    licence = issue()
    client = signed_in(town.mother)
    response = client.get(f"/wallet/{licence.id}/document.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''%E5%87%BA%E7%94%9F" in response["Content-Disposition"]
    content = response.getvalue()
    assert content.startswith(b"%PDF-")
    assert response["Content-Length"] == str(len(content))
    assert "no-store" in response["Cache-Control"]
    signature = client.get(f"/wallet/{licence.id}/document.sig").content
    assert signature == bytes(licence.document.signature)
    assert "BEGIN PUBLIC KEY" in page(Client(), f"/verify/{licence.verify_code}/issuer-key.pem")


def test_the_seal_certificate_is_where_the_key_pages_are_or_nowhere(issue: Any) -> None:
    address = f"/verify/{issue().verify_code}/seal-certificate/"
    with shell.places.only(**{"certificate-chain": "ledger:certificate"}):  # some page that takes an id
        assert resolve(Client().get(address)["Location"]).view_name == "ledger:certificate"
    with shell.places.only():
        page(Client(), address, status=404)


def test_the_wallet_is_filtered_and_paged(town: Town, issue: Any) -> None:
    issue()
    for number in range(13):
        issue("premium-receipt", case_number=f"C{number}")
    client = signed_in(town.mother)
    assert "共 14 份" in page(client, "/wallet/?page=2")
    assert "缴费凭证" not in page(client, "/wallet/?kind=licence")
    assert "没有符合筛选条件的证照" in page(client, "/wallet/?kind=licence&status=ended")
    assert "共 14 份" in page(client, "/wallet/?page=x&kind=nonsense")


def test_the_wallet_needs_the_same_number_of_queries_for_any_number_of_licences(town: Town, issue: Any) -> None:
    client = signed_in(town.mother)
    issue()

    def queries_for_a_page() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(client, "/wallet/")
        return len(seen)

    few = queries_for_a_page()
    for number in range(12):
        issue("premium-receipt", case_number=f"C{number}")
    assert queries_for_a_page() == few <= 8


@pytest.mark.req("C11", "D6")
def test_anybody_can_verify_a_code_and_sees_masked_data(town: Town, issue: Any) -> None:
    licence = issue("id-card", holder_id=town.mother, keeper_id=None)
    text = page(Client(), f"/verify/{licence.verify_code}/")
    for shown in ("居民身份证", "李*敏", "市卫生健康委员会", "签名有效", "尚未生成文件"):
        assert shown in text
    for hidden in ("张知予", "李小敏", "清河街道", licence.number):
        assert hidden not in text
    services.render(licence.id)
    assert "尚未生成文件" not in page(Client(), f"/verify/{licence.verify_code}/")


@pytest.mark.parametrize("kept", [True, False])
def test_nothing_about_a_minor_is_public(town: Town, issue: Any, kept: bool) -> None:
    licence = issue(keeper_id=town.mother if kept else None)
    text = page(Client(), f"/verify/{licence.verify_code}/")
    assert "未成年人" in text
    assert "张*予" not in text
    assert licence.number[-4:] not in text


def test_a_guardian_shows_a_childs_document_and_it_can_be_matched(town: Town, issue: Any) -> None:
    licence = issue(keeper_id=town.mother)
    address = f"/verify/{licence.verify_code}/"
    assert "监护人出示孩子的证照" in page(Client(), address)
    shown = {"holder": f" {licence.holder_name} ", "ending": licence.number[-4:].lower()}
    text = Client().post(address, shown).content.decode()
    assert "持证人与签发记录一致" in text
    rest = text.replace(f'value="{licence.holder_name}"', "")
    assert f"**{licence.holder_name}" not in rest
    for wrong in ({"holder": "张三"}, {"ending": "0000" if licence.number[-4:] != "0000" else "1111"}):
        assert "没有核对上" in Client().post(address, shown | wrong).content.decode()
    uses = DataUse.objects.filter(subject_id=licence.holder_id, purpose="核对持证人")
    assert sorted(use.source.rpartition(" · ")[2] for use in uses) == ["一致", "不一致"]


def test_names_cannot_be_tried_out_at_the_verifier(town: Town, issue: Any) -> None:
    licence = issue(keeper_id=town.mother)
    address, right = f"/verify/{licence.verify_code}/", {"holder": licence.holder_name, "ending": licence.number[-4:]}
    for number in range(comparisons.MISMATCHES):
        Client().post(address, right | {"holder": f"张{number}"})
    refused = Client().post(address, right)
    assert "一小时后再试" in refused.content.decode()
    assert "与签发记录一致" not in refused.content.decode()
    assert f'value="{licence.holder_name}"' in refused.content.decode(), "what was typed is still there"


def test_wrong_names_lock_out_whoever_tries_them_and_not_a_genuine_verifier(town: Town, issue: Any) -> None:
    licence = issue(keeper_id=town.mother)
    address, right = f"/verify/{licence.verify_code}/", {"holder": licence.holder_name, "ending": licence.number[-4:]}
    for number in range(comparisons.MISMATCHES + 5):
        Client(REMOTE_ADDR="198.51.100.7").post(address, right | {"holder": f"张{number}"})
    assert "与签发记录一致" in Client(REMOTE_ADDR="203.0.113.9").post(address, right).content.decode()


def test_guesses_from_many_addresses_end_with_the_budget_of_the_licence(
    town: Town, issue: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(comparisons, "MISMATCHES_OF_ALL", 4)
    licence = issue(keeper_id=town.mother)
    address, right = f"/verify/{licence.verify_code}/", {"holder": licence.holder_name, "ending": licence.number[-4:]}
    for number in range(4):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post(address, right | {"holder": f"张{number}"})
    refused = Client(REMOTE_ADDR="203.0.113.9").post(address, right).content.decode()
    assert "这份证照刚才多次没有核对上" in refused


def test_repeating_a_match_does_not_flood_the_holders_record_and_ends(town: Town, issue: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(comparisons, "MATCHES", 5)
    licence = issue(keeper_id=town.mother)
    address, right = f"/verify/{licence.verify_code}/", {"holder": licence.holder_name, "ending": licence.number[-4:]}
    for _ in range(5):
        assert "与签发记录一致" in Client().post(address, right).content.decode()
    assert "已经多次核对过" in Client().post(address, right).content.decode()
    assert DataUse.objects.filter(subject_id=licence.holder_id, purpose="核对持证人").count() == 1
    with clock.at_moment(clock.now() + timedelta(minutes=11)):
        Client(REMOTE_ADDR="203.0.113.9").post(address, right)
    assert DataUse.objects.filter(subject_id=licence.holder_id, purpose="核对持证人").count() == 2


@pytest.mark.django_db(transaction=True)
def test_parallel_comparisons_do_not_exceed_the_budget() -> None:
    """Each is counted before it is made: if mismatches were counted afterwards, all would pass."""
    licence_id = new_id()

    def guess() -> None:
        with comparisons.comparing(licence_id, by="somebody"):
            pass

    refused = [one for one in together(*[guess] * (comparisons.MISMATCHES + 4)) if isinstance(one, Conflict)]
    assert len(refused) == 4


@pytest.mark.django_db(transaction=True)
def test_field_case_parallel_matches_do_not_exceed_the_budget(monkeypatch: Any) -> None:
    """Field case: matches were counted afterwards, so all that had begun before the first one ended passed."""
    monkeypatch.setattr(comparisons, "MATCHES", 3)
    licence_id, all_asked = new_id(), Barrier(6)

    def match() -> None:
        try:
            with comparisons.comparing(licence_id, by="somebody") as comparison:
                all_asked.wait(60)
                comparison.agrees = True
        except Conflict:
            all_asked.wait(60)
            raise

    refused = [one for one in together(*[match] * 6) if isinstance(one, Conflict)]
    assert len(refused) == 3


@pytest.mark.django_db
def test_mismatches_and_failures_take_nothing_from_the_budget_of_matches(monkeypatch: Any) -> None:
    monkeypatch.setattr(comparisons, "MATCHES", 1)
    licence_id = new_id()
    for _ in range(3):
        with comparisons.comparing(licence_id, by="somebody"):
            pass

    def fail() -> None:
        with comparisons.comparing(licence_id, by="somebody") as comparison:
            comparison.agrees = True
            raise ZeroDivisionError

    for _ in range(comparisons.MISMATCHES):
        with pytest.raises(ZeroDivisionError):
            fail()
    with comparisons.comparing(licence_id, by="somebody") as comparison:
        comparison.agrees = True
    with pytest.raises(Conflict, match="已经多次核对过"), comparisons.comparing(licence_id, by="somebody"):
        pass


def test_matching_says_what_is_missing_and_keeps_what_was_typed(town: Town, issue: Any) -> None:
    answer = Client().post(f"/verify/{issue().verify_code}/", {"holder": "张知予"})
    assert answer.status_code == 422
    assert "请填写证照编号的最后四位" in answer.content.decode()
    assert 'value="张知予"' in answer.content.decode()


def test_data_of_an_organisation_is_public(town: Town, issue: Any) -> None:
    licence = issue("business-licence", holder_id=town.shop, keeper_id=None)
    text = page(Client(), f"/verify/{licence.verify_code}/")
    assert "云州市晨光设计工作室" in text
    assert licence.number in text


def test_an_unknown_code_is_reported(town: Town) -> None:
    assert "没有找到这个核验码" in page(Client(), "/verify/unknown/", 404)


@pytest.mark.req("C12")
@pytest.mark.parametrize(
    "change",
    [
        "surface = set_byte(surface, 40, 255 - get_byte(surface, 40))",
        "holder_name = number",
        "valid_until = '2099-12-31'",
        "issued_at = issued_at - interval '1 year'",
        "item_code = 'XX-99'",
        "signature = set_byte(signature, 12, 255 - get_byte(signature, 12))",
    ],
)
def test_a_row_altered_in_the_database_does_not_verify(issue: Any, change: str) -> None:
    licence = issue()
    with connection.cursor() as cursor:
        cursor.execute(f"update licences_licence set {change}")
    text = page(Client(), f"/verify/{licence.verify_code}/")
    assert "签名不符" in text
    assert "签名有效" not in text


def test_an_altered_licence_still_opens_in_the_wallet_with_a_warning(town: Town, issue: Any) -> None:
    licence = issue()
    client = signed_in(town.mother)
    with connection.cursor() as cursor:
        cursor.execute("update licences_licence set surface = number, holder_name = number")
    assert "签名不符" in page(client, f"/wallet/{licence.id}/")
    page(client, "/wallet/")


def test_the_page_of_a_revoked_licence_says_so(town: Town, issue: Any) -> None:
    licence = issue()
    services.change_status(licence.id, to="revoked", reason="依法吊销", actor=CITY)
    assert "证照吊销" in page(Client(), f"/verify/{licence.verify_code}/")


def test_a_licence_is_verified_by_code_identifier_or_file(issue: Any) -> None:
    licence = issue()
    content = services.render(licence.id)
    there = f"/verify/{licence.verify_code}/"
    client = Client()
    assert client.post("/verify/", {"code": f" {licence.verify_code} "})["Location"] == there
    assert client.post("/verify/", {"code": licence.identifier})["Location"] == there
    upload = SimpleUploadedFile("x.pdf", content, "application/pdf")
    answer = client.post("/verify/", {"document": upload}).content.decode()
    assert "文件与签发时一致" in answer
    assert "出生医学证明" in answer


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "请输入核验码"),
        ({"code": "wrong"}, "没有找到这个核验码"),
        ({"document": b"not a pdf"}, "这不是 PDF 文件"),
        ({"document": b"%PDF-1.7 forged"}, "内容已被改动"),
    ],
)
def test_each_wrong_entry_gets_its_own_message(town: Town, data: dict[str, Any], sentence: str) -> None:
    if "document" in data:
        data = {"document": SimpleUploadedFile("x.pdf", data["document"])}
    response = Client().post("/verify/", data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert sentence not in page(Client(), "/verify/")


def test_each_label_of_a_licence_is_masked_by_its_meaning(town: Town, issue: Any) -> None:
    faces = {
        "户主": ("李小敏", "李*敏"),
        "与户主关系": ("长子", "长子"),
        "收款账户": ("6222020200001234", "**** **** **** 1234"),
        "联系电话": ("13812345678", "138****5678"),
        "住址": ("云州市云江区清河街道晨光路 8 号", "云州市云江区清河街道****"),
        "女方身份证件号": ("990102199203040028", "990***********0028"),
        "统一社会信用代码": ("92990102MA0000001X", "92990102MA0000001X"),
        "性别": ("女", "女"),
    }
    licence = issue("marriage-certificate", surface={label: plain for label, (plain, _) in faces.items()})
    assert dict(queries.shown_surface(licence)) == {label: shown for label, (_, shown) in faces.items()}


def test_a_persons_name_is_masked_under_a_label_shared_with_organisations(town: Town, issue: Any) -> None:
    licence = issue("marriage-certificate", surface={"名称": "李文敏"})
    assert queries.shown_surface(licence) == [("名称", "李*敏")]
    licence.holder_number = "11990100MB0T113715"
    assert queries.shown_surface(licence) == [("名称", "李文敏")]
