"""A second officer confirms a check; the checks of a day are limited."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse

from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.testing import together
from tongban.handling.cases.tests import factories
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.signin import queries as signin
from tongban.people.signin import rules, services
from tongban.people.signin.models import WindowCheck
from tongban.people.signin.testing import prove_again
from tongban.people.workorders.models import WorkOrder
from tongban.portal.window.tests.hall import POLICE, account, ask_colleague, hand_in, read, receipt, start
from tongban.portal.window.tests.test_window import begin
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


def test_a_second_officer_confirms_a_check(hall, later):
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


def test_neither_the_clerk_nor_an_outsider_counts_as_second_officer(hall, city):
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


def test_if_nobody_can_be_notified_receipt_and_second_officer_are_both_needed(hall):
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


def test_reaching_the_daily_limit_raises_an_alarm(hall, monkeypatch):
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
def test_parallel_confirmations_do_not_exceed_the_daily_limit(hall, city, monkeypatch):
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


def test_the_limits_are_sensible():
    assert timedelta(hours=24) == rules.OBJECT_WITHIN
    assert 0 < rules.CHECKS_OF_CLERK <= 50
