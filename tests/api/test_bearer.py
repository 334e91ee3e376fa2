"""A call begins with one query, which reads the token, its account and the holder's rights as they are now."""

from datetime import timedelta

import pytest

from tests.api.conftest import ApiClient, token_for
from tongban.foundation import clock
from tongban.people.api import access
from tongban.people.api.models import ApiToken
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.models import Account, Representation
from tongban.people.identity.tests.conftest import BY, PASSWORD, office  # noqa: F401
from tongban.people.identity.tests.mandating import firm, people  # noqa: F401

pytestmark = pytest.mark.django_db
EARLIER = timedelta(days=1)


@pytest.fixture
def account(people):  # noqa: F811
    return identities.open_account("stranger", password=PASSWORD, subject_id=people.stranger.id, actor=BY)


ENDS = {
    "the token is revoked": lambda: ApiToken.objects.update(revoked_at=clock.now()),
    "the token expires": lambda: ApiToken.objects.update(expires_at=clock.now() - EARLIER),
    "the account is closed": lambda: Account.objects.filter(login_name="stranger").update(is_active=False),
    "the account is no longer their own": lambda: Account.objects.filter(login_name="stranger").update(own_from=None),
    "it gets an initial password": lambda: Account.objects.filter(login_name="stranger").update(
        initial_until=clock.now() + EARLIER
    ),
    "they no longer represent the firm": lambda: Representation.objects.update(ended_at=clock.now()),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_token_whose_right_has_ended_is_refused_at_the_next_call(end, people, firm, account):  # noqa: F811
    text = token_for(people.stranger.id, account_id=account.id, principal_id=firm.id)
    assert ApiClient(text).get("/applications").status_code == 200
    end()
    assert ApiClient(text).get("/applications").status_code == 401


def test_a_token_of_an_account_that_is_somebody_elses_now_is_refused(people, account):  # noqa: F811
    text = token_for(people.stranger.id, account_id=account.id)
    Account.objects.filter(id=account.id).update(subject_id=people.daughter.id)
    assert ApiClient(text).get("/applications").status_code == 401


def test_a_token_without_an_account_ends_with_a_post_or_the_last_account(people, office):  # noqa: F811
    text, other = token_for(people.stranger.id), token_for(people.daughter.id)
    for token in (text, other):
        assert ApiClient(token).get("/applications").status_code == 200
    identities.appoint(people.stranger.id, post_id=office["window"].id, actor=BY)
    assert ApiClient(text).get("/applications").status_code == 401
    made = identities.open_account("daughter", password=PASSWORD, subject_id=people.daughter.id, actor=BY)
    assert ApiClient(other).get("/applications").status_code == 200
    Account.objects.filter(id=made.id).update(is_active=False)
    assert ApiClient(other).get("/applications").status_code == 401


def test_the_bearer_costs_one_query(people, firm, account, django_assert_num_queries):  # noqa: F811
    texts = [
        token_for(people.daughter.id),
        token_for(people.stranger.id, account_id=account.id),
        token_for(people.stranger.id, account_id=account.id, principal_id=firm.id),
    ]
    ApiToken.objects.update(used_on=clock.legal_day(clock.now()))
    found = []
    for text in texts:
        with django_assert_num_queries(1):
            found.append(access.own_token(text).actor)
    assert [actor.acting_for for actor in found] == [people.daughter.id, people.stranger.id, firm.id]
    assert found[1].account_id == account.id
    assert all(not actor.posts and actor.channel == "api" for actor in found)
    assert identity.represents(people.stranger.id, firm.id)
