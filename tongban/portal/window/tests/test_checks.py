"""A clerk tries to bind a stranger's account to a resident. Honest checks have evidence and a day to object."""

import base64
import re
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.signin import bridge, rules, services, statements
from tongban.people.signin import queries as signin
from tongban.people.signin.models import Message, Proof, WindowCheck
from tongban.people.signin.testing import prove_again
from tongban.people.signin.tests.conftest import later  # noqa: F401
from tongban.people.signin.tests.test_parallel_tries import together
from tongban.people.workorders.models import WorkOrder
from tongban.portal.window.tests.test_window import begin, window  # noqa: F401
from tongban.trust.ledger import keys
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]
PROOF, POLICE = "/desk/window/proof/", "市公安局"
PHONE, KNOWN = "13900007777", "13900001234"


@pytest.fixture
def hall(window, city, tmp_path):  # noqa: F811
    """A window with its document reader and a colleague, and a stranger's account in the mother's name."""
    prove_again(window.client)
    office = organisation.department_named(POLICE)
    pair = keys.own_pair(tmp_path / "bridge.pem")
    reader = services.register_reader(office.id, name="一号读卡器", public_key=pair.public, actor=factories.CITY)
    post = organisations.establish_post(office.id, kind="window", name="二号窗口", actor=factories.CITY)
    colleague = identities.register_person(name="秦岚", division_code="990100", actor=factories.CITY)
    identities.appoint(colleague.id, post_id=post.id, actor=factories.CITY)
    stranger = identities.register_person(name="李文敏", division_code="990102", actor=factories.CITY)
    account = identities.open_account("u1234", password=PASSWORD, subject_id=stranger.id, actor=factories.CITY)
    identities.verify_phone(account.id, phone=PHONE, actor=factories.CITY)
    begin(window)
    return SimpleNamespace(
        client=window.client,
        clerk=window.clerk,
        pair=pair,
        reader=reader,
        office=office,
        colleague=lambda: prove_again(signed_in(colleague.id)),
        colleague_id=colleague.id,
        stranger=stranger.id,
        mother=identity.subject(window.mother.subject_id),
        document=window.document,
    )


def start(hall, phone=PHONE):
    answer = hall.client.post(PROOF, {"phone": phone})
    assert answer.status_code == 302, answer.content.decode()
    return WindowCheck.objects.get(id=answer["Location"].split("/")[-2])


def receipt(hall, check, **changes):
    said = {
        "reader": str(hall.reader.id),
        "nonce": check.nonce,
        "number": hall.mother.number,
        "name": hall.mother.name,
        "at": clock.now(),
    }
    return statements.make(changes.pop("pair", hall.pair), **(said | changes))


def hand_in(hall, check, text):
    return hall.client.post(reverse("window:check", args=[check.id]), {"receipt": text})


def account():
    return Account.objects.get(login_name="u1234")


def read(hall, phone=PHONE):
    check = start(hall, phone)
    assert hand_in(hall, check, receipt(hall, check)).status_code == 302
    check.refresh_from_db()
    return check


def texts_to(phone):
    return [message.text for message in Message.objects.order_by("queued_at", "id") if message.phone == phone]


def code_in(text):
    return re.search(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", text)[0]


def test_the_clerk_alone_binds_and_raises_nothing(hall):
    proofs = Proof.objects.count()
    hall.client.post(PROOF, {"chip": "1", "phone": PHONE})
    assert account().subject_id == hall.stranger
    assert signin.level_of(account()) == 0
    assert Proof.objects.count() == proofs


def test_a_reader_receipt_counts_after_the_day(hall, later):  # noqa: F811
    check = read(hall)
    assert (check.proof.level, check.proof.kind, check.proof.adapter) == (3, "window", str(hall.clerk.subject_id))
    assert account().subject_id == hall.mother.id
    for hours, level, page in ((0, 0, 403), (23, 0, 403), (2, 3, 200)):
        later(hours=hours)
        client = signed_in(hall.mother.id)
        assert signin.level_of(account()) == level
        assert client.get(reverse("my:applications")).status_code == page
    kept = [e for e in ledger.entries_of(check.id) if e.type == "signin.DocumentRead"]
    assert kept[0].actor == str(hall.clerk.subject_id)
    assert len(kept[0].payload["evidence"]) == 64
    assert hall.mother.number not in str([e.payload for e in Entry.objects.all()])
    check.visit.refresh_from_db()
    assert check.visit.document == "read"


def test_nobody_at_the_highest_level_is_checked_again(hall, later):  # noqa: F811
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


def test_an_expired_check_has_to_begin_again(hall, later):  # noqa: F811
    check = start(hall)
    later(minutes=6)
    assert "从头再来" in hand_in(hall, check, receipt(hall, check)).content.decode()


def test_a_retired_reader_and_in_production_a_simulator_prove_nothing(hall, settings):
    services.retire_reader(hall.reader.id, reason="丢失", actor=factories.CITY)
    check = start(hall)
    assert hand_in(hall, check, receipt(hall, check)).status_code == 422
    services.register_simulators(hall.pair.public, actor=factories.CITY)
    simulator = signin.readers_at(hall.office.id)[0]
    settings.PRODUCTION = True
    assert hand_in(hall, check, receipt(hall, check, reader=str(simulator.id))).status_code == 422
    settings.PRODUCTION = False
    assert hand_in(hall, check, receipt(hall, check, reader=str(simulator.id))).status_code == 302


def test_the_clerk_gives_the_second_factor_first(hall):
    hall.client = signed_in(hall.clerk.subject_id)
    begin(hall)
    assert hall.client.post(PROOF, {"phone": PHONE})["Location"].startswith("/confirm/")
    assert not WindowCheck.objects.exists()


def ask_colleague(hall, phone=PHONE):
    check = start(hall, phone)
    hall.client.post(reverse("window:check", args=[check.id]), {"second": "1"})
    return check


def test_a_second_officer_confirms(hall, later):  # noqa: F811
    check = ask_colleague(hall)
    colleague = hall.colleague()
    assert "李*敏" in colleague.get(reverse("window:confirmations")).content.decode()
    assert colleague.post(reverse("window:confirm", args=[check.id])).status_code == 302
    check.refresh_from_db()
    assert (check.proof.level, check.second_id) == (2, hall.colleague_id)
    assert signin.level_of(account()) == 0
    later(hours=25)
    assert signin.level_of(account()) == 2
    assert [e.actor for e in ledger.entries_of(check.id) if e.type == "signin.SecondOfficerConfirmed"] == [
        str(hall.colleague_id)
    ]


def test_the_clerk_cannot_confirm_with_an_account_they_were_given(hall):
    """A head who is also at the window appoints somebody, sees the initial password, and tries to confirm as them."""
    head = organisation.posts(hall.office.id).filter(kind="head").first()
    identities.appoint(hall.clerk.subject_id, post_id=head.id, actor=factories.CITY)
    window_post = organisation.posts(hall.office.id).filter(kind="window").first()
    taken, given = services.take_on(
        post_id=window_post.id,
        name="钱多多",
        number="990102198801010035",
        login_name="puppet",
        actor=identity.actor_of_subject(hall.clerk.subject_id),
    )
    assert given.shown, "nobody else has it"
    check = ask_colleague(hall)
    account_id = Account.objects.get(subject_id=taken.person.id).id
    Account.objects.filter(id=account_id).update(initial_until=None, initial_used_at=None)
    puppet = prove_again(signed_in(taken.person.id))
    assert puppet.post(reverse("window:confirm", args=[check.id])).status_code == 403
    check.refresh_from_db()
    assert (check.second_id, check.proof_id) == (None, None)


def test_the_clerk_or_an_outsider_is_no_second_officer(hall, city):
    check = ask_colleague(hall)
    assert hall.client.post(reverse("window:confirm", args=[check.id])).status_code == 404
    outsider = prove_again(signed_in(city.officer("市医疗保障局", "window").subject_id))
    assert outsider.post(reverse("window:confirm", args=[check.id])).status_code == 404
    handler = prove_again(signed_in(city.officer(POLICE, "handler").subject_id))
    assert handler.post(reverse("window:confirm", args=[check.id])).status_code == 403
    for actor in (hall.clerk, city.officer("市医疗保障局", "window")):
        with pytest.raises(Exception, match="复核"):
            services.confirm_second(check.id, actor=actor)
    assert account().subject_id == hall.stranger


def test_the_person_objects_by_the_code_without_an_account(hall, later):  # noqa: F811
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


def test_after_the_day_it_is_too_late_to_object(hall, later):  # noqa: F811
    read(hall)
    code = code_in(texts_to(KNOWN)[-1])
    later(hours=25)
    answer = Client().post("/objection/", {"code": code})
    assert (answer.status_code, "12345" in answer.content.decode()) == (422, True)
    assert signin.level_of(account()) == 3


@pytest.mark.parametrize("which", [0, -1])
def test_one_objection_undoes_every_check_of_the_account(hall, later, which):  # noqa: F811
    """A second check only raises what the first one bound. Who objects to either was not present at all."""
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


def test_after_an_objection_row_and_entries_agree(hall):
    read(hall)
    assert Client().post("/objection/", {"code": code_in(texts_to(KNOWN)[-1])}).status_code == 302
    assert list(ledger.findings(tables=["signin_window_check", "signin_proof", "identity_account"])) == []


def test_guesses_of_codes_are_limited(hall, settings):
    read(hall)
    answers = [Client().post("/objection/", {"code": f"AAAA-AAAA-AA{n:02d}"}).content.decode() for n in range(22)]
    assert "失败次数太多" in answers[-1]
    assert account().subject_id == hall.mother.id


def test_wrong_passwords_from_the_same_address_stop_no_objection(hall):
    """There is only a day to object, and an attacker may share the address of a mobile network or a hall."""
    read(hall)
    for n in range(22):
        Client().post("/sign-in/", {"login_name": f"nobody{n}", "password": "wrong wrong 1"})
    assert Client().post("/objection/", {"code": code_in(texts_to(KNOWN)[-1])}).status_code == 302
    assert account().subject_id == hall.stranger


def test_from_ones_own_pages_a_raised_level_is_objected_to(hall, later):  # noqa: F811
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


def test_an_account_opened_by_a_stranger_is_not_raised_unless_it_is_named(hall, later):  # noqa: F811
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


def test_where_nobody_can_be_notified_both_are_needed(hall):
    hall.document = {"number": "990102198801010035", "name": "钱多多", "seen": "yes", "phone": "13900009999"}
    identities.open_account(
        "u5678",
        password=PASSWORD,
        subject_id=identities.register_person(name="钱多多", division_code="990102", actor=factories.CITY).id,
        actor=factories.CITY,
    )
    begin(hall)
    hall.mother = identity.subject_by_number("990102198801010035")
    assert signin.known_phones(hall.mother.id) == [], "the clerk typed that phone"
    check = start(hall)
    assert hand_in(hall, check, receipt(hall, check)).status_code == 302
    check.refresh_from_db()
    assert check.proof is None
    assert account().subject_id == hall.stranger
    hall.client.post(reverse("window:check", args=[check.id]), {"second": "1"})
    hall.colleague().post(reverse("window:confirm", args=[check.id]))
    check.refresh_from_db()
    assert check.proof.level == 3


def test_a_days_limit_raises_an_alarm(hall, monkeypatch):
    monkeypatch.setattr("tongban.people.signin.services.window.CHECKS_OF_CLERK", 1)
    read(hall)
    check = start(hall)
    refused = hand_in(hall, check, receipt(hall, check))
    assert "上限" in refused.content.decode()
    check.refresh_from_db()
    assert check.proof is None
    assert Entry.objects.filter(type="signin.ClerkLimitReached", subject=hall.clerk.subject_id).count() == 1
    run_pending_jobs()
    assert "达到上限" in WorkOrder.objects.get(kind="identity-alarm").text


def test_the_clerks_limit_counts_and_is_named_when_a_colleague_confirms(hall, monkeypatch):
    monkeypatch.setattr("tongban.people.signin.services.window.CHECKS_OF_CLERK", 1)
    read(hall)
    check = ask_colleague(hall)
    refused = hall.colleague().post(reverse("window:confirm", args=[check.id]))
    assert (refused.status_code, "经办人今天完成或复核" in refused.content.decode()) == (429, True)
    check.refresh_from_db()
    assert (check.proof_id, check.second_id) == (None, None)
    (entry,) = Entry.objects.filter(type="signin.ClerkLimitReached")
    assert (entry.subject, entry.actor) == (hall.clerk.subject_id, str(hall.colleague_id))
    run_pending_jobs()
    assert str(hall.clerk.subject_id) in WorkOrder.objects.get(kind="identity-alarm").text


def test_a_colleagues_own_limit_is_named_as_theirs(hall, monkeypatch):
    monkeypatch.setattr("tongban.people.signin.services.window.CHECKS_OF_CLERK", 1)
    hall.colleague().post(reverse("window:confirm", args=[ask_colleague(hall).id]))
    check = ask_colleague(hall)
    refused = hall.colleague().post(reverse("window:confirm", args=[check.id]))
    assert (refused.status_code, "您今天完成或复核" in refused.content.decode()) == (429, True)
    assert Entry.objects.get(type="signin.ClerkLimitReached").subject == hall.colleague_id


def two_asked(hall, *officer_ids):
    """Two checks, each begun by one officer and waiting for the other, of different people."""
    first = ask_colleague(hall)
    hall.document = {"number": "990102198801010035", "name": "张三", "seen": "yes"}
    given = {"division_code": "990102", "actor": factories.CITY}
    other = identities.register_person(name="张三", number=hall.document["number"], **given)
    theirs = identities.open_account("u4321", password=PASSWORD, subject_id=other.id, actor=factories.CITY)
    identities.verify_phone(theirs.id, phone="13900008888", actor=factories.CITY)
    begin(hall)
    second = ask_colleague(hall, phone="13900008888")
    for check, officer_id in zip((first, second), officer_ids, strict=True):
        WindowCheck.objects.filter(id=check.id).update(clerk_id=officer_id)
    return first.id, second.id


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_only_the_last_that_a_day_allows_counts(hall, city, monkeypatch):
    monkeypatch.setattr("tongban.people.signin.services.window.CHECKS_OF_CLERK", 1)
    checks = two_asked(hall, hall.clerk.subject_id, city.officer(POLICE, "head").subject_id)
    colleague = identity.actor_of_subject(hall.colleague_id)
    results = together(*[partial(services.confirm_second, check, actor=colleague) for check in checks])
    assert sorted(type(one).__name__ for one in results) == ["LimitReached", "WindowCheck"]
    assert signin.checks_done_today(hall.colleague_id) == 1
    assert Entry.objects.filter(type="signin.ClerkLimitReached", subject=hall.colleague_id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_confirm_each_others_checks_at_once(hall):
    one, other = (identity.actor_of_subject(who) for who in (hall.clerk.subject_id, hall.colleague_id))
    checks = two_asked(hall, one.subject_id, other.subject_id)
    by_the_other = zip(checks, (other, one), strict=True)
    results = together(*[partial(services.confirm_second, check, actor=actor) for check, actor in by_the_other])
    assert [type(one) for one in results] == [WindowCheck] * 2, results
    assert all(one.proof_id for one in results)


def test_another_persons_account_is_not_bound(hall):
    other = identities.register_person(
        name="张三", number="990102198801010035", division_code="990102", actor=factories.CITY
    )
    theirs = identities.open_account("u4321", password=PASSWORD, subject_id=other.id, actor=factories.CITY)
    identities.verify_phone(theirs.id, phone="13900008888", actor=factories.CITY)
    answer = hall.client.post(PROOF, {"phone": "13900008888"})
    assert (answer.status_code, "实名的持有人" in answer.content.decode()) == (422, True)


def test_without_a_visit_or_a_window_nothing_begins(hall, city):
    hall.client.post(reverse("window:end"))
    assert hall.client.post(PROOF, {"phone": PHONE}).status_code == 403
    for subject_id in (hall.mother.id, city.officer(POLICE, "head").subject_id):
        assert prove_again(signed_in(subject_id)).post(PROOF, {"phone": PHONE}).status_code == 403


def test_the_demos_reader_signs_as_a_real_one_does(hall, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    pair = keys.own_pair(tmp_path / bridge.KEY)
    services.register_simulators(pair.public, actor=factories.CITY)
    simulator = next(reader for reader in signin.readers_at(hall.office.id) if reader.simulator)
    check = start(hall)
    back = reverse("window:check", args=[check.id])
    sent = {"nonce": check.nonce, "reader": str(simulator.id), "back": back}
    assert "把证件放到读卡器上" in hall.client.post("/demo/reader/", sent).content.decode()
    card = {"number": hall.mother.number, "name": hall.mother.name}
    page = hall.client.post("/demo/reader/", sent | card).content.decode()
    said = re.search(r"<textarea[^>]*>([^<]+)</textarea>", page)[1]
    assert hall.client.post(back, {"receipt": said}).status_code == 302
    check.refresh_from_db()
    assert check.proof.level == 3
    settings.PRODUCTION = True
    assert Client().get("/demo/reader/").status_code == 404


def test_the_limit_is_a_rule():
    assert timedelta(hours=24) == rules.OBJECT_WITHIN
    assert 0 < rules.CHECKS_OF_CLERK <= 50
