"""What a request knows of the account behind it is what the rows say now, whichever process changed them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from tongban.exchange.libraries import services as libraries
from tongban.foundation import clock
from tongban.foundation.ui import slots
from tongban.people.identity import queries, services
from tongban.people.identity.access import MANDATE, PRINCIPAL, citizen_required, officer_required, sign_in_required
from tongban.people.identity.capacity import identities_of_request
from tongban.people.identity.models import Account, Appointment, Mandate, Representation, Subject
from tongban.people.identity.rules import Ending
from tongban.people.identity.tests.conftest import BY, PASSWORD
from tongban.people.identity.tests.mandating import as_self, let_help, number, today
from tongban.people.signin import reading
from tongban.people.signin.queries import had_factor
from tongban.people.signin.sessions import session_digest
from tongban.site.urls import handler400, handler403, handler404, handler500  # noqa: F401
from tongban.site.urls import urlpatterns as all_of_them

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
YESTERDAY = timedelta(days=1)


def _page(request):
    actor, viewer = request.actor, slots.viewer_of(request)
    return HttpResponse(f"{viewer.name}|{viewer.acting_for}|{viewer.department}|{len(actor.posts)}")


urlpatterns = [
    path("for-citizens/", citizen_required(_page)),
    path("for-officers/", officer_required(_page)),
    path("for-the-signed-in/", sign_in_required(_page)),
    *all_of_them,
]


def elsewhere(change):
    """Run a change as another process would: on a connection of its own, committed before the next request."""

    def run():
        try:
            return change()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(run).result()


def browser_of(account, *, listed=True, **more):
    """A signed-in browser. Its session is in allauth's list, as after a real sign-in, unless `listed` is false."""
    client = Client()
    client.force_login(account)
    session = client.session
    session.update(more)
    session.save()
    if listed:
        UserSession.objects.create(user=account, session_key=session.session_key, ip="203.0.113.0")
    return client


@pytest.fixture
def officer(office, register):
    head, deputy = register("曹瑞华"), register("傅晓明")
    account = services.open_account("head", password=PASSWORD, subject_id=head.id, for_post=True, actor=BY)
    other = services.open_account("deputy", password=PASSWORD, subject_id=deputy.id, for_post=True, actor=BY)
    post = services.appoint(head.id, post_id=office["head"].id, actor=BY)
    stand_in = services.appoint(deputy.id, post_id=office["head"].id, stand_in_for=post.id, actor=BY)
    return SimpleNamespace(account=account, deputy=other, post=post, stand_in=stand_in)


@pytest.fixture(params=[True, False], ids=["listed", "not listed"])
def listed(request):
    return request.param


def _row(model, key, **values):
    return lambda: model.objects.filter(pk=key).update(**values)


def test_a_post_that_ended_in_another_process_opens_nothing(officer, listed):
    browser = browser_of(officer.account, listed=listed)
    assert browser.get("/for-officers/").content.decode() == "曹*华||公安局|1"
    elsewhere(_row(Appointment, officer.post.id, until=today()))
    assert browser.get("/for-officers/").status_code == 403


def test_a_stand_in_loses_the_post_with_the_one_they_cover(officer, listed):
    browser = browser_of(officer.deputy, listed=listed)
    assert browser.get("/for-officers/").status_code == 200
    elsewhere(_row(Appointment, officer.post.id, until=today()))
    assert browser.get("/for-officers/").status_code == 403


def test_a_post_that_begins_in_another_process_counts_at_once(officer, office):
    browser = browser_of(officer.account)
    elsewhere(lambda: services.appoint(officer.account.subject_id, post_id=office["window"].id, actor=BY))
    assert browser.get("/for-officers/").content.decode().endswith("|2")


def test_the_statement_finds_the_posts_that_the_queries_find(officer, office, register):
    """Every combination of days of a post and of the one it covers: the two must never disagree."""
    day, stand_in = today(), officer.stand_in
    days = [day - YESTERDAY, day, day + YESTERDAY]
    untils = [None, *days]
    for start in days:
        for until in untils:
            for covered_start in days:
                for covered_until in untils:
                    if (until and until < start) or (covered_until and covered_until < covered_start):
                        continue
                    _row(Appointment, stand_in.id, from_day=start, until=until)()
                    _row(Appointment, officer.post.id, from_day=covered_start, until=covered_until)()
                    read = reading.read_account(officer.deputy.id)
                    assert queries.standing_of(read).actor == queries.actor_of(officer.deputy)


ENDS = {
    "the account is closed": lambda account, key: _row(Account, account.id, is_active=False),
    "the password is changed": lambda account, key: _row(Account, account.id, password="another"),
    "the session is revoked": lambda account, key: Session.objects.filter(session_key=key).delete,
    "the session expires": lambda account, key: _row(Session, key, expire_date=timezone.now() - YESTERDAY),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_session_that_ended_in_another_process_opens_nothing(end, officer, listed):
    browser = browser_of(officer.account, listed=listed)
    key = session_digest(browser.session.session_key)
    assert browser.get("/for-officers/").status_code == 200
    elsewhere(end(officer.account, key))
    answer = browser.get("/for-officers/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/for-officers/")


def test_a_changed_name_and_account_for_a_post_are_known_at_once(people, listed):
    account = services.open_account("daughter", password=PASSWORD, subject_id=people.daughter.id, actor=BY)
    browser = browser_of(account, listed=listed)
    assert browser.get("/for-citizens/").content.decode() == "马*红|||0"

    def rename():
        subject = Subject.objects.get(id=people.daughter.id)
        subject.name = "马晓燕"
        subject.save()

    elsewhere(rename)
    assert browser.get("/for-citizens/").content.decode() == "马*燕|||0"
    elsewhere(_row(Account, account.id, own_from=clock.now() + YESTERDAY))
    assert browser.get("/for-citizens/").status_code == 403


RIGHT_ENDS = {
    "it ends": {"ended_at": clock.now(), "ended_because": list(Ending)[0].value},
    "it is paused": {"paused_at": clock.now()},
    "its last day is over": {"until": clock.legal_day(clock.now()) - YESTERDAY},
    "it was never accepted": {"accepted_at": None},
}


@pytest.mark.parametrize("end", RIGHT_ENDS.values(), ids=RIGHT_ENDS)
def test_a_mandate_that_ended_in_another_process_lets_nobody_act(people, end, listed):
    mandate = let_help(people)
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    account = services.open_account("daughter", password=PASSWORD, subject_id=people.daughter.id, actor=BY)
    browser = browser_of(account, listed=listed, **{MANDATE: str(mandate.id)})
    assert browser.get("/for-citizens/").content.decode() == "马*红|宋*珍||0"
    elsewhere(_row(Mandate, mandate.id, **end))
    assert browser.get("/for-citizens/").content.decode() == "马*红|||0"


def test_a_right_to_represent_that_ended_in_another_process_lets_nobody_act(people, firm, listed):
    account = services.open_account("head", password=PASSWORD, subject_id=people.stranger.id, actor=BY)
    browser = browser_of(account, listed=listed, **{PRINCIPAL: str(firm.id)})
    assert browser.get("/for-citizens/").content.decode() == f"罗*|{firm.name}||0"
    elsewhere(lambda: Representation.objects.filter(organisation_id=firm.id).update(ended_at=clock.now()))
    assert browser.get("/for-citizens/").content.decode() == "罗*|||0"


def test_a_second_factor_is_known_to_the_next_request(people):
    account = services.open_account("daughter", password=PASSWORD, subject_id=people.daughter.id, actor=BY)
    assert had_factor(reading.read_account(account.id)) is False
    codes = Authenticator.objects.create(user=account, type="recovery_codes", data={})
    assert had_factor(reading.read_account(account.id)) is False
    Authenticator.objects.filter(id=codes.id).update(type="totp")
    assert had_factor(reading.read_account(account.id)) is True


def test_the_list_of_sessions_signs_nobody_in(people, firm):
    """The list only says which account to read. A row that names another account does not make it the session's."""
    mine = services.open_account("daughter", password=PASSWORD, subject_id=people.daughter.id, actor=BY)
    theirs = services.open_account("stranger", password=PASSWORD, subject_id=people.stranger.id, actor=BY)
    browser = browser_of(mine, listed=False)
    UserSession.objects.create(user=theirs, session_key=browser.session.session_key, ip="203.0.113.0")
    assert browser.get("/for-the-signed-in/").content.decode() == "马*红|||0"
    nobody = Client()
    nobody.cookies["sessionid"] = "a" * 32
    UserSession.objects.create(user=theirs, session_key="a" * 32, ip="203.0.113.0")
    assert nobody.get("/for-the-signed-in/").status_code == 302


def test_a_request_begins_with_one_query_and_with_two_for_another(people, firm, django_assert_num_queries):
    mandate = let_help(people)
    services.accept(mandate.id, actor=as_self(people.daughter), confirmed="face")
    daughter = services.open_account("daughter", password=PASSWORD, subject_id=people.daughter.id, actor=BY)
    head = services.open_account("head", password=PASSWORD, subject_id=people.stranger.id, actor=BY)
    own, helping = browser_of(daughter), browser_of(daughter, **{MANDATE: str(mandate.id)})
    for_firm = browser_of(head, **{PRINCIPAL: str(firm.id)})
    own.get("/for-citizens/")
    with django_assert_num_queries(1):
        own.get("/for-citizens/")
    with django_assert_num_queries(2):
        helping.get("/for-citizens/")
    with django_assert_num_queries(2):
        for_firm.get("/for-citizens/")


def test_a_request_under_a_guardianship_asks_the_registers_again(register, django_assert_num_queries):
    """Four statements more, as they are read from births and households, which may have changed since (ADR 32)."""
    mother = register("马晓红", number=number(date(1985, 3, 4), 604))
    born = today() - timedelta(days=700)
    child = register("马乐", number=number(born, 608))
    for one in (mother, child):
        libraries.record_resident(one.id, actor=BY)
    members = [(mother.id, "户主"), (child.id, "子")]
    household = libraries.found_household(address="学院路1号", division_code="990102", members=members, actor=BY)
    mandate = services.claim_guardianship(child.id, actor=as_self(mother))
    account = services.open_account("mother", password=PASSWORD, subject_id=mother.id, actor=BY)
    browser = browser_of(account, **{MANDATE: str(mandate.id)})
    assert browser.get("/for-citizens/").content.decode() == "马*红|马*||0"
    with django_assert_num_queries(6):
        browser.get("/for-citizens/")
    elsewhere(lambda: household.members.filter(id=child.id).update(household=None))
    assert browser.get("/for-citizens/").content.decode() == "马*红|||0"


def test_what_the_header_knows_without_a_session_row_is_the_same(people, firm, rf):
    """An account that did not come with its session, as right after signing in, is read once more."""
    account = services.open_account("head", password=PASSWORD, subject_id=people.stranger.id, actor=BY)
    request = rf.get("/")
    request.session, request.user = {}, Account.objects.get(id=account.id)
    assert slots.viewer_of(request).represents
    assert [one.name for one in identities_of_request(request)] == [firm.name]
