"""Services store one spelling, find by every spelling, and take nothing that cannot be."""

from datetime import date

import pytest

from tongban.foundation import clock
from tongban.foundation.codes import resident_number_check
from tongban.foundation.errors import Conflict, Invalid
from tongban.people.identity import queries, rules, services
from tongban.people.identity.models import Subject
from tongban.people.identity.tests.conftest import BY

pytestmark = pytest.mark.django_db
NUMBER = "990102199403121228"
IMPOSSIBLE = ["20260230", "19941312", "00000312", "20990101"]


def impossible(born):
    body = f"990102{born}122"
    return body + resident_number_check(body)


def test_field_case_another_digit_is_no_second_person(register):
    person = register(number=NUMBER, phone="+86 139 0001 8899")
    assert (person.phone, person.number) == ("13900018899", NUMBER)
    for typed in ("99010219٩403121228", "990102 19940312 1228", "\u200e990102199403121228", "９９０１０２199403121228"):
        assert queries.subject_by_number(typed) == person
        with pytest.raises(Conflict):
            register(number=typed)
    assert Subject.objects.count() == 1


@pytest.mark.parametrize("born", IMPOSSIBLE)
def test_field_case_impossible_births_are_refused(register, born):
    with pytest.raises(Invalid):
        register(number=impossible(born))
    newborn = register()
    with pytest.raises(Invalid):
        services.assign_number(newborn.id, number=impossible(born), actor=BY)
    assert not Subject.objects.exclude(number_index=None).exists()


def test_a_day_of_birth_that_cannot_be_is_refused(register):
    for born in (date(1849, 12, 31), date(2099, 1, 1)):
        with pytest.raises(Invalid, match="出生日期"):
            register(born=born)


def test_names_are_stored_in_one_spelling(register):
    assert register(name="古丽米热 • 艾比布力").name == "古丽米热·艾比布力"
    assert register(name="李 文\u200b敏").name == "李文敏"
    assert register(name="南宫𠮷宁", surname="南宫").surname == "南宫"
    assert register(name="南宫雪").surname is None


def test_field_case_one_way_to_count_an_age():
    assert rules.full_years(date(2008, 1, 30), date(2026, 1, 31)) == 18
    assert not rules.is_minor(date(2008, 1, 30), date(2026, 1, 31))
    assert not rules.is_minor(date(2008, 1, 30), date(2026, 1, 30))
    assert rules.is_minor(date(2008, 1, 30), date(2026, 1, 29))


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [29, 30, 31])
def test_field_case_the_last_days_of_every_month(month, day):
    try:
        born = date(2008, month, day)
    except ValueError:
        return
    birthday = date(2026, month, day) if (month, day) != (2, 29) else date(2026, 2, 28)
    before = birthday.fromordinal(birthday.toordinal() - 1)
    for on, years in ((before, 17), (birthday, 18)):
        assert rules.full_years(born, on) == years
        assert rules.is_minor(born, on) == (years < 18) == (rules.guardianship_until(born, on) is not None)


def test_an_account_name_is_found_with_capitals(register):
    account = services.open_account("Liwenmin", password="correct horse 9", subject_id=register().id, actor=BY)
    assert (account.login_name, account.chosen_name) == ("liwenmin", "liwenmin")
    assert queries.account_by_login_name("LiWenMin") == account
    assert queries.subject_of_account(" Liwenmin") == account.subject_id
    with pytest.raises(Conflict):
        services.open_account("LIWENMIN", password="correct horse 9", subject_id=register().id, actor=BY)
    assert clock.now() >= account.opened_at
