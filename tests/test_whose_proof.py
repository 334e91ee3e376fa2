# ruff: noqa: F401, F811  (pytest finds fixtures by parameter names)
"""The migrations of docs/adr/0022 on old rows: who owns which account, and what was proved with it."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from tongban.foundation import clock
from tongban.people.api import services as api
from tongban.people.api.models import ApiToken
from tongban.people.identity import services as identity
from tongban.people.identity.actors import Actor, machine
from tongban.people.identity.models import Account
from tongban.people.identity.tests.conftest import BY, PASSWORD, office, register
from tongban.people.signin import queries
from tongban.people.signin.models import Proof
from tongban.people.signin.services import record_proof
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.testing import sequence_now

pytestmark = [pytest.mark.django_db, pytest.mark.req("B1")]


def migrate():
    """Restore the old state, then run the statements of the migrations, twice because they may run again."""
    Account.objects.update(own_from=None)
    Proof.objects.update(account=None)
    ApiToken.objects.update(account=None)
    statements = [
        import_module("tongban.people.identity.migrations.0012_whose_accounts_are").OWN,
        import_module("tongban.people.signin.migrations.0004_which_account_was_proved").BROUGHT,
        import_module("tongban.people.signin.migrations.0004_which_account_was_proved").OWN,
        import_module("tongban.people.api.migrations.0005_which_account_got_a_token").ATTACH,
    ]
    for statement in statements * 2:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture
def opened(register):
    """Open an account in somebody's name, `ago` days before today."""

    def make(login, actor, subject=None, ago=9):
        subject = subject or register()
        with clock.at_moment(clock.now() - timedelta(days=ago)):
            return identity.open_account(login, password=PASSWORD, subject_id=subject.id, actor=actor)

    return make


def prove(account, kind="window", level=3, ago=0):
    with clock.at_moment(clock.now() - timedelta(days=ago)):
        return record_proof(account.subject_id, level=level, kind=kind, actor=BY)


def level(account):
    account.refresh_from_db()
    return queries.level_of(account)


def test_a_citizen_keeps_level_and_tokens(opened):
    mine = opened("citizen", machine("registration"))
    prove(mine)
    early = opened("checked-first", machine("registration"), ago=5)
    prove(early, ago=8)
    api.issue_token(mine.subject_id, label="x", scopes=["applications:read"], days=1, actor=BY)
    migrate()
    assert (level(mine), level(early)) == (3, 3)
    assert ApiToken.objects.get().account_id == mine.id


def test_an_account_opened_by_a_head_belongs_to_the_post_and_proves_nothing(opened, register, office):
    head = Actor(subject_id=register().id)
    taken = opened("taken-over", head)
    prove(taken)
    officer = opened("of-the-city", machine("founding"), ago=0)
    identity.appoint(officer.subject_id, post_id=office["window"].id, actor=BY)
    prove(officer)
    migrate()
    assert (level(taken), level(officer)) == (0, 0)
    assert {taken.own_from, officer.own_from} == {None}
    assert not Proof.objects.exclude(account=None).exists()


def test_a_citizen_who_was_appointed_later_keeps_their_own_account(opened, office):
    mine = opened("citizen", machine("registration"), ago=0)
    prove(mine)
    identity.appoint(mine.subject_id, post_id=office["window"].id, actor=BY)
    migrate()
    assert level(mine) == 3


def test_evidence_that_only_the_person_could_give_makes_an_account_their_own(opened, register):
    taken = opened("taken-over", Actor(subject_id=register().id))
    prove(taken, kind="window", ago=3)
    brought = prove(taken, kind="national-platform", level=2, ago=1)
    migrate()
    assert level(taken) == 2, "what a clerk wrote down while it was not their own proves nothing"
    assert taken.own_from == brought.at


def test_a_proof_goes_to_the_account_that_was_open_at_the_time(opened, register):
    subject = register()
    first = opened("first", machine("registration"), subject, ago=9)
    prove(first, ago=8)
    second = opened("second", machine("registration"), subject, ago=2)
    prove(second, level=1, kind="number", ago=1)
    migrate()
    assert (level(first), level(second)) == (3, 1)


def test_the_ledger_still_verifies_after_the_migrations(opened):
    prove(opened("citizen", machine("registration")))
    migrate()
    sequence_now()
    assert ledger.entries_of(Account.objects.get().id)
