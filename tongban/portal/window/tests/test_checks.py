"""A clerk tries to bind a stranger's account to a resident: nothing counts without the receipt of a reader."""

import base64
from datetime import timedelta

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.handling.cases.tests import factories
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.signin import queries as signin
from tongban.people.signin import services
from tongban.people.signin.models import Proof, WindowCheck
from tongban.people.signin.testing import prove_again
from tongban.portal.window.tests.hall import (
    PHONE,
    POLICE,
    PROOF,
    account,
    hand_in,
    read,
    receipt,
    start,
)
from tongban.portal.window.tests.test_window import begin
from tongban.trust.ledger import keys
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


def test_the_clerk_alone_cannot_bind_an_account_or_raise_a_level(hall):
    proofs = Proof.objects.count()
    hall.client.post(PROOF, {"chip": "1", "phone": PHONE})
    assert account().subject_id == hall.stranger
    assert signin.level_of(account()) == 0
    assert Proof.objects.count() == proofs


def test_a_check_with_a_readers_receipt_counts_after_a_day(hall, later):
    check = read(hall)
    assert (check.proof.level, check.proof.kind, check.proof.adapter) == (3, "window", str(hall.clerk.subject_id))
    assert account().subject_id == hall.mother.id
    for hours, level, page in ((0, 0, 403), (23, 0, 403), (2, 3, 200)):
        later(hours=hours)
        client = signed_in(hall.mother.id)
        assert signin.level_of(account()) == level
        assert client.get(reverse("licences:wallet")).status_code == page
    kept = [e for e in ledger.entries_of(check.id) if e.type == "signin.DocumentRead"]
    assert kept[0].actor == str(hall.clerk.subject_id)
    assert len(kept[0].payload["evidence"]) == 64
    assert hall.mother.number not in str([e.payload for e in Entry.objects.all()])
    check.visit.refresh_from_db()
    assert check.visit.document == "read"


def test_a_person_at_the_highest_level_is_not_checked_again(hall, later):
    read(hall)
    later(hours=25)
    hall.client = prove_again(signed_in(hall.clerk.subject_id))
    begin(hall)
    answer = hall.client.post(PROOF, {"phone": PHONE})
    assert (answer.status_code, "已经是 L3" in answer.content.decode()) == (422, True)
    assert WindowCheck.objects.count() == 1


FORGED = {
    "of another key": lambda hall, check, tmp: receipt(hall, check, pair=keys.own_pair(tmp / "other.pem")),
    "of another person": lambda hall, check, tmp: receipt(hall, check, number="990102198801010035"),
    "under another name": lambda hall, check, tmp: receipt(hall, check, name="李文"),
    "of another check": lambda hall, check, tmp: receipt(hall, check, nonce="0" * 32),
    "stale": lambda hall, check, tmp: receipt(hall, check, at=clock.now() - timedelta(minutes=6)),
    "from the future": lambda hall, check, tmp: receipt(hall, check, at=clock.now() + timedelta(minutes=6)),
    "of no reader": lambda hall, check, tmp: receipt(hall, check, reader=str(check.id)),
    "changed": lambda hall, check, tmp: "A" + receipt(hall, check)[1:],
    "unsigned": lambda hall, check, tmp: receipt(hall, check).partition(".")[0] + ".",
    "nested without end": lambda hall, check, tmp: base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=") + ".AAAA",
    "a form field": lambda hall, check, tmp: "1",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_receipt_that_proves_nothing_is_refused(hall, tmp_path, how):
    check = start(hall)
    answer = hand_in(hall, check, FORGED[how](hall, check, tmp_path))
    assert answer.status_code == 422
    assert "读卡回执没有通过验证" in answer.content.decode()
    assert account().subject_id == hall.stranger
    assert not Proof.objects.filter(account=account()).exists()


def test_a_receipt_is_used_once(hall):
    first = start(hall)
    said = receipt(hall, first)
    hand_in(hall, first, said)
    assert hand_in(hall, first, said).status_code == 422
    second = start(hall)
    assert hand_in(hall, second, said).status_code == 422
    assert Proof.objects.filter(account=account()).count() == 1


def test_an_expired_check_must_be_started_again(hall, later):
    check = start(hall)
    later(minutes=6)
    assert "从头再来" in hand_in(hall, check, receipt(hall, check)).content.decode()


def test_a_retired_reader_or_a_simulator_without_the_demo_proves_nothing(hall, settings):
    services.retire_reader(hall.reader.id, reason="丢失", actor=factories.CITY)
    check = start(hall)
    assert hand_in(hall, check, receipt(hall, check)).status_code == 422
    services.register_simulators(hall.pair.public, actor=factories.CITY)
    simulator = signin.readers_at(hall.office.id)[0]
    for production, demo in ((True, True), (False, False)):
        settings.PRODUCTION, settings.DEMO = production, demo
        refused = hand_in(hall, check, receipt(hall, check, reader=str(simulator.id)))
        assert refused.status_code == 422
        assert "/demo/reader/" not in refused.content.decode()
    settings.PRODUCTION, settings.DEMO = False, True
    assert hand_in(hall, check, receipt(hall, check, reader=str(simulator.id))).status_code == 302


def test_the_clerk_must_give_the_second_factor_first(hall):
    hall.client = signed_in(hall.clerk.subject_id)
    begin(hall)
    assert hall.client.post(PROOF, {"phone": PHONE})["Location"].startswith("/confirm/")
    assert not WindowCheck.objects.exists()


def test_an_account_opened_by_a_stranger_is_not_raised_unless_it_is_named(hall, later):
    """Others know name and number too. The person present names their phone, which is not that of the account."""
    Account.objects.filter(subject_id=hall.mother.id).delete()
    thiefs = identities.open_account("thief", password=PASSWORD, subject_id=hall.mother.id, actor=factories.CITY)
    identities.verify_phone(thiefs.id, phone="13900005555", actor=factories.CITY)
    services.record_proof(hall.mother.id, account_id=thiefs.id, level=1, kind="number", actor=factories.CITY)
    answer = hall.client.post(PROOF, {"phone": ""})
    assert answer.status_code == 422
    assert "请到场人说出" in answer.content.decode()
    assert "13900005555" not in answer.content.decode(), "the page does not reveal it"
    assert hall.client.post(PROOF, {"phone": PHONE}).status_code == 422
    assert not WindowCheck.objects.exists()
    later(hours=25)
    assert signin.level_of(thiefs) == 1
    assert hall.client.post(PROOF, {"phone": "13900005555"}).status_code == 302, "they can name their own"


def test_another_persons_account_is_not_bound(hall):
    other = identities.register_person(
        name="张三", number="990102198801010035", division_code="990102", actor=factories.CITY
    )
    theirs = identities.open_account("u4321", password=PASSWORD, subject_id=other.id, actor=factories.CITY)
    identities.verify_phone(theirs.id, phone="13900008888", actor=factories.CITY)
    answer = hall.client.post(PROOF, {"phone": "13900008888"})
    assert (answer.status_code, "实名的持有人" in answer.content.decode()) == (422, True)


def test_a_check_needs_a_visit_and_a_window(hall, city):
    hall.client.post(reverse("window:end"))
    assert hall.client.post(PROOF, {"phone": PHONE}).status_code == 403
    for subject_id in (hall.mother.id, city.officer(POLICE, "head").subject_id):
        assert prove_again(signed_in(subject_id)).post(PROOF, {"phone": PHONE}).status_code == 403
