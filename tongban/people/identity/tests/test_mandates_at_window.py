"""At a window the clerk records the form that the person present signs."""

import pytest

from tongban.foundation.errors import DomainError, NotAllowed, NotFound
from tongban.foundation.ids import new_id
from tongban.people.identity import queries, services
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.tests.conftest import BY
from tongban.people.identity.tests.mandating import ALL, in_a_year, let_help, right
from tongban.trust.ledger import queries as ledger


@pytest.fixture
def clerk(register, office):
    subject = register(name="韩雪", number="990102198805060048")
    services.appoint(subject.id, post_id=office["window"].id, actor=BY)
    return queries.actor_of_subject(subject.id)


def at_window(clerk, visitor, **given):
    visit = services.begin_visit(name=visitor.name, number=visitor.number, actor=clerk, **given)
    return Actor(clerk.subject_id, visit.applicant_id, posts=clerk.posts, channel=Channel.WINDOW)


def with_form(people, principal, actor, kind="family", **given):
    given = {"helper_present": True, "relation": "女儿"} | given
    return services.grant_at_window(
        kind, principal=principal, name=people.daughter.name, number=people.daughter.number, scope=ALL,
        until=in_a_year(), form_id=new_id(), actor=actor, **given,
    )  # fmt: skip


@pytest.mark.req("A11")
def test_a_mandate_signed_by_both_at_a_window_is_valid_at_once(people, clerk):
    mandate = with_form(people, people.old, at_window(clerk, people.old))
    assert right(mandate) is not None
    granted = ledger.entries_of(mandate.id)[0]
    assert (granted.actor, granted.principal) == (str(clerk.subject_id), people.old.id)
    assert (mandate.channel, mandate.form_id is not None) == ("window", True)


@pytest.mark.req("A11")
def test_a_helper_can_bring_the_form_signed_by_a_principal_at_home(people, clerk):
    assert right(with_form(people, people.old, at_window(clerk, people.daughter))) is not None


@pytest.mark.req("A11")
def test_a_stranger_at_the_window_cannot_grant_a_mandate(people, clerk, firm):
    with pytest.raises(NotAllowed):
        with_form(people, people.old, at_window(clerk, people.stranger))
    with pytest.raises(DomainError):  # an agent's principal is the firm, whose representative must be there
        with_form(people, firm, at_window(clerk, people.daughter), kind="agent")
    present = at_window(clerk, people.stranger, credit_code=firm.number)
    assert with_form(people, firm, present, kind="agent", helper_present=False).accepted_at is None


@pytest.mark.req("A11")
def test_the_person_present_at_the_window_can_accept_and_revoke(people, clerk):
    mandate = let_help(people)
    with pytest.raises(NotFound):
        services.accept(mandate.id, actor=at_window(clerk, people.stranger))
    services.accept(mandate.id, actor=at_window(clerk, people.daughter))
    assert right(mandate) is not None
    services.revoke(mandate.id, actor=at_window(clerk, people.old))
    assert right(mandate) is None
