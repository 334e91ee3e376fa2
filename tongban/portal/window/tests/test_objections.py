"""A resident objects, within a day, to a check that they were not present at."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.people.identity.testing import signed_in
from tongban.people.signin import queries as signin
from tongban.people.signin.models import Proof
from tongban.people.workorders.models import WorkOrder
from tongban.portal.window.tests.hall import KNOWN, PHONE, account, code_in, read, texts_to
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


def test_a_person_without_an_account_objects_with_the_code(hall, later):
    check = read(hall)
    (text,) = [text for text in texts_to(KNOWN) if "异议码" in text]
    assert not any("异议码" in text for text in texts_to(PHONE)), "the code does not go to the account that was bound"
    thief = signed_in(hall.mother.id)
    later(hours=20)
    page = Client().post("/objection/", {"code": code_in(text).lower()}, follow=True)
    assert "异议已经生效" in page.content.decode()
    later(hours=10)
    assert account().subject_id == hall.stranger
    assert signin.level_of(account()) == 0
    check.proof.refresh_from_db()
    assert check.proof.voided_at
    assert thief.get("/account/").status_code == 302, "the sessions have ended"
    run_pending_jobs()
    order = WorkOrder.objects.get(kind="identity-alarm")
    assert str(check.id) in order.text
    assert Entry.objects.filter(type="signin.ProofObjected", payload__clerk=str(hall.clerk.subject_id)).exists()
    again = Client().post("/objection/", {"code": code_in(text)})
    assert again.status_code == 422


def test_an_objection_after_a_day_is_too_late(hall, later):
    read(hall)
    code = code_in(texts_to(KNOWN)[-1])
    later(hours=25)
    answer = Client().post("/objection/", {"code": code})
    assert (answer.status_code, "12345" in answer.content.decode()) == (422, True)
    assert signin.level_of(account()) == 3


@pytest.mark.parametrize("which", [0, -1])
def test_one_objection_undoes_every_check_of_the_account(hall, later, which):
    """A second check only raises what the first one bound. A person who objects to either was not present at all."""
    read(hall)
    read(hall)
    texts = texts_to(KNOWN)
    assert len(texts) == 2
    assert all("把一个账号核验为您本人的账号" in text for text in texts)
    assert not any("异议码" in text for text in texts_to(PHONE)), "the stranger gets no code"
    assert Client().post("/objection/", {"code": code_in(texts[which])}).status_code == 302
    assert account().subject_id == hall.stranger
    later(hours=25)
    assert signin.level_of(account()) == 0
    assert not Proof.objects.filter(account=account(), subject=hall.mother, voided_at=None).exists()


@pytest.mark.parametrize(
    "edit",
    [
        "objected_at = now()",
        "objection_index = 'x'",
        "was_of_id = NULL",
        "was_own = NOT was_own",
        "proof_id = NULL, read_at = read_at",
    ],
)
def test_no_edit_disables_an_objection_unnoticed(hall, edit):
    """Each of these edits would make the person's objection code useless."""
    check = read(hall)
    assert list(ledger.findings(tables=["signin_window_check"])) == []
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE signin_window_check SET {edit}")
    found = list(ledger.findings(tables=["signin_window_check"]))
    assert any(str(check.id) in one and edit.partition(" ")[0] in one for one in found), found


def test_rows_and_ledger_entries_agree_after_an_objection(hall):
    read(hall)
    assert Client().post("/objection/", {"code": code_in(texts_to(KNOWN)[-1])}).status_code == 302
    assert list(ledger.findings(tables=["signin_window_check", "signin_proof", "identity_account"])) == []


def test_guesses_at_codes_are_limited(hall, settings):
    read(hall)
    answers = [Client().post("/objection/", {"code": f"AAAA-AAAA-AA{n:02d}"}).content.decode() for n in range(22)]
    assert "失败次数太多" in answers[-1]
    assert account().subject_id == hall.mother.id


def test_wrong_passwords_from_the_same_address_prevent_no_objection(hall):
    """There is only a day to object, and an attacker may share the address of a mobile network or a hall."""
    read(hall)
    for n in range(22):
        Client().post("/sign-in/", {"login_name": f"nobody{n}", "password": "wrong wrong 1"})
    assert Client().post("/objection/", {"code": code_in(texts_to(KNOWN)[-1])}).status_code == 302
    assert account().subject_id == hall.stranger


def test_a_raised_level_can_be_objected_to_on_the_account_pages(hall, later):
    mine = signed_in(hall.mother.id)
    own = Account.objects.get(subject_id=hall.mother.id)
    Proof.objects.filter(account=own).delete()
    check = read(hall, phone="")
    assert check.account_id == own.id
    assert "不是我办的" in mine.get("/account/").content.decode()
    other = signed_in(hall.colleague_id)
    assert other.post(reverse("signin:check-objection", args=[check.id])).status_code == 404
    assert mine.post(reverse("signin:check-objection", args=[check.id])).status_code == 302
    later(hours=25)
    assert signin.level_of(own) == 0
    own.refresh_from_db()
    assert (own.subject_id, identity.is_own(own)) == (hall.mother.id, True), "the account stays theirs"
