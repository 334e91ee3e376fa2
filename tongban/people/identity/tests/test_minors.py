"""Guardians act for children, and rules that depend on age."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.people.identity import queries, rules, services
from tongban.people.identity.tests.conftest import BY
from tongban.people.identity.tests.mandating import (
    ALL,
    as_self,
    in_a_year,
    let_help,
    number,
    right,
    today,
)


def child_of(people, born, serial=702):
    child = services.register_person(name="马小满", number=number(born, serial), division_code="990102", actor=BY)
    people.parents.add((people.daughter.id, child.id))
    return child


@pytest.mark.req("B4")
def test_guardianship_alone_lets_a_parent_act_for_a_small_child(people):
    child = child_of(people, rules.anniversary(today(), -8) + timedelta(days=1))
    mandate = services.claim_guardianship(child.id, actor=as_self(people.daughter))
    assert right(mandate) is not None
    assert mandate.until == today()
    assert services.claim_guardianship(child.id, actor=as_self(people.daughter)) == mandate
    with clock.at_moment(clock.now() + timedelta(days=1)):  # the eighth birthday
        assert right(mandate) is None
        second = services.claim_guardianship(child.id, actor=as_self(people.daughter))
        assert second != mandate
        assert right(second) is None
        with pytest.raises(NotFound):
            services.accept(second.id, actor=as_self(people.daughter), confirmed="face")
        services.accept(second.id, actor=as_self(child))
        assert right(second) is not None


@pytest.mark.req("B4")
def test_guardianship_ends_automatically_at_eighteen(people):
    child = child_of(people, rules.anniversary(today(), -18) + timedelta(days=1))
    mandate = services.claim_guardianship(child.id, actor=as_self(people.daughter))
    services.accept(mandate.id, actor=as_self(child))
    assert right(mandate) is not None
    with clock.at_moment(clock.now() + timedelta(days=1)):
        assert right(mandate) is None
        with pytest.raises(Conflict, match="满 18 周岁"):
            services.claim_guardianship(child.id, actor=as_self(people.daughter))
        assert services.end_lapsed_mandates() == 1
    mandate.refresh_from_db()
    assert mandate.ended_because == rules.Ending.GUARDIANSHIP


@pytest.mark.req("B4")
def test_the_first_stage_of_guardianship_lapses_while_the_child_stays_a_minor(people):
    child = child_of(people, rules.anniversary(today(), -8) + timedelta(days=1))
    mandate = services.claim_guardianship(child.id, actor=as_self(people.daughter))
    with clock.at_moment(clock.now() + timedelta(days=1)):
        assert services.end_lapsed_mandates() == 1
    mandate.refresh_from_db()
    assert mandate.ended_because == rules.Ending.LAPSED


@pytest.mark.req("B4")
def test_a_guardianship_that_is_no_longer_registered_is_not_shown_as_valid(people):
    """Its use was refused, but the overview, the list of names to act in and the check of a bystander went on."""
    child, parent = child_of(people, rules.anniversary(today(), -3)), people.daughter
    mandate = services.claim_guardianship(child.id, actor=as_self(parent))
    assert [line.state for line in queries.mandates_held(parent.id)] == ["active"]
    assert [one.key for one in queries.identities_of(parent.id)] == [f"m-{mandate.id}"]
    assert queries.is_mandated_by(parent.id, child.id)
    people.parents.clear()
    for lines in (queries.mandates_held(parent.id), queries.mandates_given(child.id)):
        assert [(line.state, line.ends_soon) for line in lines] == [("unregistered", False)]
    assert queries.mandate_between(mandate.id, (parent.id,)).state == "unregistered"
    assert queries.identities_of(parent.id) == []
    assert not queries.is_mandated_by(parent.id, child.id)


@pytest.mark.req("B4")
def test_a_guardian_who_is_no_longer_in_the_registers_loses_the_right(people):
    child = child_of(people, rules.anniversary(today(), -3))
    mandate = services.claim_guardianship(child.id, actor=as_self(people.daughter))
    people.parents.clear()
    assert right(mandate) is None
    with pytest.raises(NotFound):
        services.claim_guardianship(child.id, actor=as_self(people.daughter))


@pytest.mark.req("B4")
def test_a_minor_can_neither_help_nor_grant_mandates(people):
    child = child_of(people, rules.anniversary(today(), -12))
    with pytest.raises(Invalid, match="年满 18"):
        let_help(people, helper=child)
    with pytest.raises(Conflict, match="监护人"):
        services.grant(
            "help",
            name=people.old.name,
            number=people.old.number,
            scope=ALL,
            until=in_a_year(),
            actor=as_self(child),
        )


days = st.dates(date(1930, 1, 1), date(2020, 12, 31)) | st.sampled_from([date(y, 2, 29) for y in range(1932, 2021, 4)])


@given(days, st.integers(0, 17), st.integers(0, 365))
def test_ages_change_on_the_anniversary_and_never_earlier(born, years, later):
    birthday = rules.anniversary(born, years)
    assert rules.full_years(born, birthday) == years
    assert birthday == born or rules.full_years(born, birthday - timedelta(days=1)) == years - 1
    day = min(birthday + timedelta(days=later), rules.anniversary(born, years + 1) - timedelta(days=1))
    assert rules.full_years(born, day) == years
    until = rules.guardianship_until(born, day)
    stage = 8 if years < 8 else 18
    assert until + timedelta(days=1) == rules.anniversary(born, stage)
    assert day <= until
    assert rules.needs_consent(born, day) == (years >= 8)


@given(days, st.dates(date(2021, 1, 1), date(2040, 12, 31)))
def test_minors_are_those_below_eighteen_full_years(born, day):
    assert rules.is_minor(born, day) == (rules.full_years(born, day) < 18) == (day < rules.anniversary(born, 18))
    assert rules.is_minor(born, day) == (rules.guardianship_until(born, day) is not None)


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        (date(2008, 11, 29), date(2026, 11, 29)),
        (date(2008, 11, 30), date(2026, 11, 30)),
        (date(2008, 12, 31), date(2026, 12, 31)),
        (date(2008, 2, 29), date(2026, 2, 28)),
        (date(2008, 3, 1), date(2026, 3, 1)),
    ],
)
def test_minority_ends_on_the_eighteenth_birthday(born, birthday):
    assert rules.is_minor(born, birthday - timedelta(days=1))
    assert not rules.is_minor(born, birthday)
    assert not rules.is_minor(None, birthday)


def test_a_person_born_on_29_february_comes_of_age_on_the_28th():
    assert rules.anniversary(date(2008, 2, 29), 18) == date(2026, 2, 28)
    assert rules.anniversary(date(2008, 2, 29), 16) == date(2024, 2, 29)
    assert rules.guardianship_until(date(2008, 2, 29), date(2026, 2, 27)) == date(2026, 2, 27)
    assert rules.guardianship_until(date(2008, 2, 29), date(2026, 2, 28)) is None
