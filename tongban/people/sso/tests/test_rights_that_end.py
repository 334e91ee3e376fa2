"""A mandate or a post ends: systems that were entered with it are told, and their tokens end."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.codes import credit_code_check
from tongban.people.identity import queries as identities
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Mandate, Representation
from tongban.people.identity.services.mandates import MandateScope, end_lapsed_mandates
from tongban.people.organisation import services as organisation
from tongban.people.sso.models import Connection

from .conftest import BY, Party, signed_in
from .test_sign_out import listener, read, told  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.req("B2")]
NEIGHBOUR = "990102198803130049"


@pytest.fixture
def mandate(account):
    """何秀英 lets the person of `account` act for her."""
    principal = identity.register_person(name="何秀英", number=NEIGHBOUR, division_code="990102", actor=BY)
    helper = identities.subject(account.subject_id)
    until = clock.legal_day(clock.now()) + timedelta(days=30)
    made = identity.grant(
        "help", name=helper.name, number=helper.number, scope=MandateScope("all"), until=until,
        actor=identities.actor_of_subject(principal.id),
    )  # fmt: skip
    return identity.accept(made.id, actor=identities.actor_of_subject(helper.id))


def switch(browser, key):
    assert browser.post(reverse("identity:principal"), {"principal": key}).status_code == 302


@pytest.fixture
def agency(account):
    """A firm lets the person of `account` act for it. Its representative is somebody else."""
    body = "91990100MA0Y00021"
    number = body + credit_code_check(body)
    firm = identity.register_organisation(name="云州云帆软件有限公司", number=number, division_code="990104", actor=BY)
    head = identity.register_person(name="罗芳", number=NEIGHBOUR, division_code="990102", actor=BY)
    identity.entitle_representative(firm.id, person_id=head.id, actor=BY)
    helper = identities.subject(account.subject_id)
    made = identity.grant(
        "agent", name=helper.name, number=helper.number, scope=MandateScope("all"),
        until=clock.legal_day(clock.now()) + timedelta(days=30), actor=Actor(subject_id=head.id, principal_id=firm.id),
    )  # fmt: skip
    return identity.accept(made.id, actor=identities.actor_of_subject(helper.id))


@pytest.mark.parametrize("how", ["revoked by the principal", "given back by the helper", "lapsed", "paused"])
def test_a_system_is_told_when_the_mandate_ends_under_which_it_was_entered(
    request, city, listener, browser, monkeypatch, how  # noqa: F811
):  # fmt: skip
    mandate = request.getfixturevalue("agency" if how == "paused" else "mandate")
    one = listener()
    party = told(city, one)
    switch(browser, f"m-{mandate.id}")
    tokens = party.sign_in(browser)
    assert "acting_for" not in party.userinfo(tokens["access_token"]).json(), "a mandate gives nothing at a system"
    if how == "lapsed":
        later = clock.now() + timedelta(days=31)
        monkeypatch.setattr(clock, "now", lambda: later)
        end_lapsed_mandates()
        monkeypatch.undo()
    elif how == "paused":  # until the firm's new representative keeps its agents
        head = Representation.objects.get(organisation_id=mandate.principal_id).person_id
        identity.end_representation(mandate.principal_id, person_id=head, reason="法定代表人变更", actor=BY)
        assert not Mandate.objects.get(id=mandate.id).ended_at
    else:
        side = mandate.principal_id if "principal" in how else mandate.helper_id
        identity.revoke(mandate.id, actor=identities.actor_of_subject(side))
    run_pending_jobs()
    assert Connection.objects.get().ended_at is not None
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert read(one.heard[0])["sid"] == str(Connection.objects.get().id)


def test_a_sign_in_in_ones_own_name_does_not_end_with_a_mandate(party, browser, mandate):
    tokens = party.sign_in(browser)
    identity.revoke(mandate.id, actor=identities.actor_of_subject(mandate.helper_id))
    run_pending_jobs()
    assert party.userinfo(tokens["access_token"]).status_code == 200


def test_switching_back_to_ones_own_name_begins_a_separate_sign_in(party, browser, mandate):
    switch(browser, f"m-{mandate.id}")
    first = party.sign_in(browser)
    switch(browser, "self")
    own = party.sign_in(browser)
    assert party.userinfo(first["access_token"]).status_code == 401
    assert party.userinfo(own["access_token"]).status_code == 200
    assert Connection.objects.filter(ended_at=None).get().mandate_id is None


@pytest.fixture
def officer(city, account):
    """The person of `account` holds two posts."""
    posts = [
        organisation.establish_post(city.department.id, kind=kind, name=f"{kind}岗", actor=BY)
        for kind in ("handler", "window")
    ]
    return [identity.appoint(account.subject_id, post_id=post.id, actor=BY) for post in posts]


def test_a_system_that_knows_an_officers_posts_is_told_when_one_ends(city, listener, account, officer):  # noqa: F811
    one = listener()
    system = city.system(scopes={"openid": "", "posts": "内部办公"}, logout_uri=one.address)
    party = Party(system, city.secret(system))
    browser = signed_in("liwenmin")
    tokens = party.sign_in(browser, scope="openid posts")
    assert len(party.userinfo(tokens["access_token"]).json()["posts"]) == 2
    identity.end_appointment(officer[0].id, reason="调动", actor=BY)
    run_pending_jobs()
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.post("token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    assert read(one.heard[0])["sub"] == str(account.subject_id)
    again = party.sign_in(browser, scope="openid posts")
    assert [post["kind"] for post in party.userinfo(again["access_token"]).json()["posts"]] == ["window"]


def test_a_system_that_knows_the_posts_of_a_stand_in_is_told_when_the_covered_one_ends(
    city, listener, account  # noqa: F811
):  # fmt: skip
    post = organisation.establish_post(city.department.id, kind="handler", name="经办岗", actor=BY)
    head = identity.register_person(name="罗芳", division_code="990102", actor=BY)
    first = identity.appoint(head.id, post_id=post.id, actor=BY)
    identity.appoint(account.subject_id, post_id=post.id, stand_in_for=first.id, actor=BY)
    one = listener()
    system = city.system(scopes={"openid": "", "posts": "内部办公"}, logout_uri=one.address)
    party = Party(system, city.secret(system))
    tokens = party.sign_in(signed_in("liwenmin"), scope="openid posts")
    assert len(party.userinfo(tokens["access_token"]).json()["posts"]) == 1
    identity.end_appointment(first.id, reason="调动", actor=BY)
    run_pending_jobs()
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert read(one.heard[0])["sub"] == str(account.subject_id)


def test_a_system_that_does_not_know_the_posts_notices_nothing(party, account, officer):
    browser = signed_in("liwenmin")
    tokens = party.sign_in(browser)
    identity.end_appointment(officer[0].id, reason="调动", actor=BY)
    run_pending_jobs()
    assert party.userinfo(tokens["access_token"]).status_code == 200
