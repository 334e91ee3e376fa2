"""The level of an actor is read by hand-written SQL, that of an account by the ORM. They must agree."""

from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.people.signin import queries
from tongban.people.signin.models import Proof

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ([], 0),
        ([{"level": 2}], 2),
        ([{"level": 1}, {"level": 3}], 3),
        ([{"level": 1}, {"level": 3, "voided_at": -DAY}], 1),
        ([{"level": 2, "until": -DAY}], 0),
        ([{"level": 2, "until": DAY}], 2),
        ([{"level": 3, "counts_from": DAY}, {"level": 1}], 1),
        ([{"level": 3, "counts_from": -DAY}], 3),
        ([{"level": 3, "account": None}], 0),
    ],
)
def test_the_level_of_an_actor_is_that_of_the_account(account, given, level):
    now = clock.now()
    for one in given:
        times = {name: now + value for name, value in one.items() if isinstance(value, timedelta)}
        values = {"account": account, "subject_id": account.subject_id, "kind": "number", "at": now - 2 * DAY}
        Proof.objects.create(**values | one | times)
    actor = identity.actor_of(account)
    assert queries.level_of_actor(actor) == queries.level_of(Account.objects.get(id=account.id)) == level


def test_an_account_that_is_not_the_persons_own_or_has_another_subject_gets_no_level(account, register):
    Proof.objects.create(account=account, subject_id=account.subject_id, level=3, kind="number", at=clock.now())
    actor = identity.actor_of(account)
    other = register(number="990102198803120019", phone="13900009999")
    Account.objects.filter(id=account.id).update(subject_id=other.id)
    assert queries.level_of_actor(actor) == queries.level_of(Account.objects.get(id=account.id)) == 0
    Account.objects.filter(id=account.id).update(subject_id=actor.subject_id, is_active=False)
    assert queries.level_of_actor(actor) == 0
