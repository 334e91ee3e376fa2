"""A department head tries to take over a resident's account; appointed residents keep their own (docs/adr/0022)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed
from tongban.people.api import queries as api_queries
from tongban.people.api import services as api
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import machine
from tongban.people.identity.models import Account, Appointment, Offer
from tongban.people.identity.testing import PASSWORD, signed_in
from tongban.people.organisation import queries as organisation
from tongban.people.signin import known_browsers, services
from tongban.people.signin import queries as signin
from tongban.people.signin.models import Message
from tongban.people.signin.testing import prove_again
from tongban.people.sso.claims import subject_id_of
from tongban.people.sso.services.upstream import NATIONAL, VerifiedPerson, account_of_verified
from tongban.trust.ledger import queries as ledger

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1"), pytest.mark.req("B5")]
POLICE = "市公安局"
LOGIN, CHOSEN, OWN = "gaj.new", "Chosen-by-head-7", "Her-own-words-9"
CITIZENS_PAGES = ("licences:wallet", "my:applications", "my:data_uses", "acting:overview", "workorders:my-orders")


@pytest.fixture
def department(city):
    return organisation.department_named(POLICE)


@pytest.fixture
def head(city):
    """The head's client, which signs in again when asked to, because officers' sessions are short."""
    return lambda: prove_again(signed_in(city.officer(POLICE, "head").subject_id))


@pytest.fixture
def holders(department):
    return f"/desk/staff/{department.id}/posts/{organisation.post_of(department.id, 'window').id}/holders/"


def of_person(department, subject_id, act):
    return f"/desk/staff/{department.id}/people/{subject_id}/{act}/"


def named(subject_id):
    person = identity.subject(subject_id)
    return {"name": person.name, "number": person.number}


def sign_in(login, password):
    client = Client()
    answer = client.post("/sign-in/", {"login_name": login, "password": password})
    return client, answer


def reads_citizens_pages(client):
    return [name for name in CITIZENS_PAGES if client.get(reverse(name)).status_code == 200]


def texts_to(phone):
    return [message.text for message in Message.objects.order_by("queued_at", "id") if message.phone == phone]


def password_in(words):
    return re.search(r"([a-z][A-Z][2-9][a-z]-){2}[a-z][A-Z][2-9][a-z]", words)[0]


def shown_to(client, department, subject_id):
    """Reissue an initial password in person, and return what the head's page shows."""
    page = client.post(
        of_person(department, subject_id, "password"), {"reason": "当面发放", "in_person": "1"}
    ).content.decode()
    return password_in(page)


def test_a_head_cannot_take_over_a_residents_identity(head, department, holders, parents, later):
    victim = parents.mother.subject_id
    head().post(holders, named(victim) | {"login_name": LOGIN, "password": CHOSEN})
    assert identity.actor_of_subject(victim).is_officer
    chosen, answer = sign_in(LOGIN, CHOSEN)
    assert answer.status_code == 422, "the head does not choose the password"
    assert "_auth_user_id" not in chosen.session
    attacker, answer = sign_in(LOGIN, shown_to(head(), department, victim))
    assert answer.status_code == 302
    attacker.post("/account/first-password/", {"password": OWN, "again": OWN})
    assert attacker.get("/desk/").status_code == 200, "the desk works"
    assert reads_citizens_pages(attacker) == []
    head().post(of_person(department, victim, "leaving"), {"reason": "调动"})
    assert attacker.get(reverse("my:applications")).status_code == 302, "the session has ended"
    later(days=1)
    for password in (OWN, CHOSEN):
        attacker, _ = sign_in(LOGIN, password)
        assert reads_citizens_pages(attacker) == []
        assert "_auth_user_id" not in attacker.session


def test_an_account_for_a_post_does_not_get_the_victims_level(head, department, holders, parents):
    victim = parents.mother.subject_id
    head().post(holders, named(victim) | {"login_name": LOGIN, "password": CHOSEN})
    account = Account.objects.get(login_name=LOGIN)
    assert signin.level_of(account) == 0
    assert signin.level_of_actor(identity.actor_of(account)) == 0
    assert identity.citizen_of(account) is None
    with pytest.raises(NotAllowed):
        api.issue_token(
            victim, account_id=account.id, label="x", scopes=["applications:read"], days=1, actor=machine("test")
        )
    assert subject_id_of(account) != str(victim), "no other system takes it for the citizen"
    with pytest.raises(Conflict):
        services.prove_number(account, **named(victim))
    with pytest.raises(Invalid):
        services.record_proof(victim, account_id=account.id, level=1, kind="number", actor=machine("test"))


def test_the_person_gets_the_password_and_the_head_does_not_see_it(head, holders, parents):
    victim = parents.mother.subject_id
    answer = head().post(holders, named(victim) | {"login_name": LOGIN}, follow=True)
    run_pending_jobs()
    received = texts_to("13900001234")
    (given,) = [text for text in received if "初始密码" in text]
    assert password_in(given) not in answer.content.decode()
    assert any("以您的名义开立了工作账号" in text for text in received)
    assert any("您已任" in text for text in received)
    issued = ledger.entries_of(Account.objects.get(login_name=LOGIN).id)
    assert [e.payload["delivered"] for e in issued if e.type == "identity.InitialPasswordIssued"] == ["phone"]


def test_a_person_without_a_phone_gets_the_password_from_the_head_who_sees_it_once(head, holders, department):
    page = head().post(holders, {"name": "李文敏", "number": "990102199403121228", "login_name": LOGIN})
    assert page.status_code == 200
    password = password_in(page.content.decode())
    assert password not in head().get(f"/desk/staff/{department.id}/").content.decode()
    client, _ = sign_in(LOGIN, password)
    assert client.get("/desk/")["Location"] == "/account/first-password/"


def test_the_page_does_not_say_that_a_person_with_a_phone_has_none(head, holders, department, parents):
    head().post(holders, named(parents.mother.subject_id) | {"login_name": LOGIN})
    asked = {"reason": "号码停用", "in_person": "1"}
    page = head().post(of_person(department, parents.mother.subject_id, "password"), asked).content.decode()
    assert password_in(page)
    assert "没有留过手机号" not in page
    assert "请当面把它告诉本人" in page


@pytest.fixture
def initial(head, holders, department, parents):
    """The account that was opened for the mother's post, and its initial password."""
    head().post(holders, named(parents.mother.subject_id) | {"login_name": LOGIN})
    return shown_to(head(), department, parents.mother.subject_id)


def test_an_initial_password_opens_only_the_page_where_it_is_changed(initial):
    client, _ = sign_in(LOGIN, initial)
    for address in ("/", "/desk/", "/my/", "/account/", "/account/phone/", "/sso/authorize?client_id=x", "/confirm/"):
        assert client.get(address)["Location"] == "/account/first-password/", address
    same = client.post("/account/first-password/", {"password": initial, "again": initial})
    assert (same.status_code, "不能和初始密码一样" in same.content.decode()) == (422, True)
    changed = client.post("/account/first-password/", {"password": OWN, "again": OWN})
    assert changed["Location"] == "/account/"
    assert known_browsers.COOKIE in changed.cookies, "the account still knows the browser"
    assert client.get("/desk/").status_code == 200
    assert sign_in(LOGIN, OWN)[1].status_code == 302


def test_an_initial_password_is_used_once(initial):
    sign_in(LOGIN, initial)
    client, answer = sign_in(LOGIN, initial)
    assert answer.status_code == 422
    assert "已经用过或过期" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_initial_password_expires_and_can_be_reissued(initial, city, department, parents, later):
    later(hours=73)
    client, answer = sign_in(LOGIN, initial)
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session
    again = services.reissue_initial_password(
        parents.mother.subject_id,
        department_id=department.id,
        in_person=True,
        reason="初始密码过期",
        actor=city.officer(POLICE, "head"),
    ).shown
    assert sign_in(LOGIN, initial)[1].status_code == 422
    assert sign_in(LOGIN, again)[1].status_code == 302
    reasons = [e.reason for e in ledger.entries_of(Account.objects.get(login_name=LOGIN).id) if e.reason]
    assert "初始密码过期" in reasons


def test_nobody_else_can_reissue_an_initial_password(initial, city, department, parents):
    path = of_person(department, parents.mother.subject_id, "password")
    for kind, where in (("window", POLICE), ("head", "市医疗保障局")):
        other = prove_again(signed_in(city.officer(where, kind).subject_id))
        assert other.post(path, {"reason": "x", "in_person": "1"}).status_code == 403


@pytest.fixture
def citizen(parents):
    """The father, who has an account of his own."""
    signed_in(parents.father.subject_id)
    return parents.father.subject_id


def offer_to(citizen, head, holders):
    assert head().post(holders, named(citizen) | {"login_name": LOGIN}).status_code == 302
    return Offer.objects.get(subject_id=citizen, answered_at=None)


def test_an_appointment_of_a_citizen_begins_when_they_accept_it(citizen, head, holders, department):
    offer = offer_to(citizen, head, holders)
    assert not identity.actor_of_subject(citizen).is_officer
    assert not Account.objects.filter(login_name=LOGIN).exists(), "no second account"
    assert "等本人答复" in head().get(f"/desk/staff/{department.id}/").content.decode()
    client = signed_in(citizen)
    assert POLICE in client.get("/account/").content.decode()
    assert "任职邀请" in client.get(reverse("signin:offer", args=[offer.id])).content.decode()
    client.post(reverse("signin:offer", args=[offer.id]), {"answer": "accept"})
    assert identity.actor_of_subject(citizen).holds(department.id, "window")
    assert "现场办理" in client.get("/desk/").content.decode(), "the desk has its menu"
    assert reads_citizens_pages(client) == list(CITIZENS_PAGES), "what is their own stays open"


def test_a_requirement_for_officers_does_not_lock_a_citizen_out(citizen, head, holders, settings):
    offer = offer_to(citizen, head, holders)
    settings.SECOND_FACTOR_REQUIRED = True
    client = signed_in(citizen)
    client.post(reverse("signin:offer", args=[offer.id]), {"answer": "accept"})
    for session in (client, signed_in(citizen)):
        assert reads_citizens_pages(session) == list(CITIZENS_PAGES)
        assert session.get("/desk/")["Location"] == "/account/", "the officer's role waits for the factor"
        assert session.get("/sso/authorize?scope=openid+posts")["Location"] == "/account/"


@pytest.mark.parametrize("by", ["themselves", "the platform"])
def test_a_session_older_than_the_post_needs_the_second_factor_too(citizen, head, holders, department, settings, by):
    """A session that began while the person was only a citizen does not avoid the second factor."""
    offer = offer_to(citizen, head, holders) if by == "themselves" else None
    settings.SECOND_FACTOR_REQUIRED = True
    elsewhere, asking = signed_in(citizen), signed_in(citizen)
    if offer is not None:
        signed_in(citizen).post(reverse("signin:offer", args=[offer.id]), {"answer": "accept"})
    else:
        post = organisation.posts(department.id).filter(kind="window").first()
        identities.appoint(citizen, post_id=post.id, actor=machine("test"))
    assert reads_citizens_pages(elsewhere) == list(CITIZENS_PAGES)
    assert elsewhere.get("/desk/")["Location"] == "/account/"
    assert asking.get("/sso/authorize?scope=openid+posts")["Location"] == "/account/"


def test_a_citizens_tokens_stay_valid_when_they_take_on_a_post(citizen, head, holders):
    token, text = api.issue_token(citizen, label="x", scopes=["applications:read"], days=1, actor=machine("test"))
    identities.accept_offer(
        offer_to(citizen, head, holders).id, actor=identity.actor_of(Account.objects.get(subject_id=citizen))
    )
    acting = api_queries.actor_of(api_queries.token_of(text))
    assert (acting.subject_id, acting.posts, acting.account_id) == (citizen, (), token.account_id)


def test_an_offer_can_be_declined_or_withdrawn_or_lapses(citizen, head, holders, department, later):
    first = offer_to(citizen, head, holders)
    signed_in(citizen).post(reverse("signin:offer", args=[first.id]), {"answer": "decline"})
    second = offer_to(citizen, head, holders)
    head().post(reverse("staff:withdraw", args=[department.id, second.id]))
    third = offer_to(citizen, head, holders)
    later(days=15)
    for offer in (first, second, third):
        answer = signed_in(citizen).post(reverse("signin:offer", args=[offer.id]), {"answer": "accept"})
        assert answer.status_code == 409
    assert not Appointment.objects.filter(subject_id=citizen).exists()
    assert Offer.objects.filter(subject_id=citizen).values_list("answer", flat=True).distinct().count() == 3


def test_nobody_can_answer_another_persons_offer(citizen, head, holders, parents):
    offer = offer_to(citizen, head, holders)
    other = signed_in(parents.mother.subject_id)
    assert other.post(reverse("signin:offer", args=[offer.id]), {"answer": "accept"}).status_code == 404
    with pytest.raises(DomainError):
        identities.appoint(citizen, post_id=offer.post_id, actor=identity.actor_of_subject(offer.offered_by_id))


def test_leaving_closes_the_posts_account_with_its_sessions(initial, head, department, parents):
    client, _ = sign_in(LOGIN, initial)
    client.post("/account/first-password/", {"password": OWN, "again": OWN})
    head().post(of_person(department, parents.mother.subject_id, "leaving"), {"reason": "退休"})
    account = Account.objects.get(login_name=LOGIN)
    assert not account.is_active
    run_pending_jobs()
    assert not account.usersession_set.exists()
    assert any("任职已经结束" in text for text in texts_to("13900001234"))


def test_leaving_a_post_leaves_a_citizens_own_account_open(citizen, head, holders, department):
    identities.accept_offer(
        offer_to(citizen, head, holders).id, actor=identity.actor_of(Account.objects.get(subject_id=citizen))
    )
    head().post(of_person(department, citizen, "leaving"), {"reason": "调动"})
    assert reads_citizens_pages(signed_in(citizen)) == list(CITIZENS_PAGES)


def test_a_proof_makes_an_account_for_a_post_the_persons_own(initial, head, department, parents):
    account = Account.objects.get(login_name=LOGIN)
    services.record_proof(
        account.subject_id, account_id=account.id, level=3, kind="national-platform", actor=machine("test")
    )
    account.refresh_from_db()
    assert identity.is_own(account)
    assert signin.level_of(account) == 3
    head().post(of_person(department, account.subject_id, "leaving"), {"reason": "退休"})
    account.refresh_from_db()
    assert account.is_active


def test_an_account_for_a_post_does_not_prevent_an_account_of_ones_own(initial, parents):
    person = identity.subject(parents.mother.subject_id)
    assert identity.account_by_number(person.number) is None, "the number does not lead to the account of the post"
    nameless = identities.register_person(name=person.name, division_code="990102", actor=machine("test"))
    mine = identities.open_account("u7777", password=PASSWORD, subject_id=nameless.id, actor=machine("test"))
    identities.bind_account(mine.id, subject_id=person.id, actor=machine("test"))
    assert identity.account_by_number(person.number).id == mine.id


def test_a_former_account_for_a_post_ranks_after_the_persons_first_own_account(initial, parents, later):
    person = identity.subject(parents.mother.subject_id)
    for_post = Account.objects.get(login_name=LOGIN)
    nameless = identities.register_person(name=person.name, division_code="990102", actor=machine("test"))
    mine = identities.open_account("u7777", password=PASSWORD, subject_id=nameless.id, actor=machine("test"))
    identities.bind_account(mine.id, subject_id=person.id, actor=machine("test"))
    assert for_post.opened_at < mine.opened_at
    services.record_proof(
        person.id,
        account_id=for_post.id,
        level=2,
        kind="window",
        counts_from=clock.now() + timedelta(days=1),
        actor=machine("test"),
    )

    def is_represented_by_their_own():
        return (
            identity.account_by_number(person.number) == mine
            and signin.account_by_identifier(person.number) == mine
            and identity.own_accounts(person.id) == [mine, for_post]
        )

    assert is_represented_by_their_own(), "while the other binding does not count yet"
    came = account_of_verified(VerifiedPerson(person.name, person.number, level=3, kind=NATIONAL, reference="x"))
    assert came == mine, "nobody is sent away for a day"
    later(days=2)
    assert is_represented_by_their_own(), "and afterwards"


def test_a_second_binding_does_not_count_before_its_start(parents):
    nameless = identities.register_person(name="李文敏", division_code="990102", actor=machine("test"))
    mine = identities.open_account("u7777", password=PASSWORD, subject_id=nameless.id, actor=machine("test"))
    bound = identities.bind_account(
        mine.id,
        subject_id=parents.mother.subject_id,
        own_from=mine.opened_at + timedelta(days=1),
        actor=machine("test"),
    )
    assert not identity.is_own(bound)
    client, _ = sign_in("u7777", PASSWORD)
    assert reads_citizens_pages(client) == []


def test_the_first_administrator_is_appointed_from_the_command_line(department, capsys):
    from django.core.management import call_command

    asked = {"department": POLICE, "number": "990102199403121228"}
    call_command("officers", "take-on", name="郑毅", login="first.admin", **asked)
    password = capsys.readouterr().out.strip()
    client, _ = sign_in("first.admin", password)
    client.post("/account/first-password/", {"password": OWN, "again": OWN})
    assert client.get("/desk/staff/").status_code == 200
    call_command("officers", "reissue", reason="忘记密码", **asked)
    assert sign_in("first.admin", OWN)[1].status_code == 422
