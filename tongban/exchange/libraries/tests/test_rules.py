from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from tongban.exchange.libraries import rules
from tongban.foundation.clock import CITY_TIME
from tongban.foundation.codes import is_resident_number
from tongban.people.identity.rules import date_of_birth, salutation, sex_of

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SEXES = st.sampled_from(["male", "female"])


@pytest.mark.req("D12")
@given(DAYS, SEXES, st.integers(1, 499))
def test_every_number_contains_birthday_and_sex_and_is_valid(born, sex, nth):
    number = rules.resident_number("990102", born, rules.sequence(sex, nth))
    assert is_resident_number(number)
    assert ric.calc_check_digit(number) == number[-1], "the second opinion of python-stdnum"
    assert (date_of_birth(number), sex_of(number)) == (born, sex)


@given(DAYS, SEXES, st.integers(1, 499), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_detected(born, sex, nth, place, shift):
    number = rules.resident_number("990102", born, rules.sequence(sex, nth))
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_resident_number(wrong)


@given(SEXES, st.integers(1, 499), st.integers(1, 499))
def test_two_newborns_never_share_a_sequence(sex, a, b):
    assert (rules.sequence(sex, a) == rules.sequence(sex, b)) == (a == b)
    assert rules.sequence("male", a) != rules.sequence("female", b)


def test_days_moments_and_amounts_are_written_in_words():
    assert rules.day_in_words(date(2026, 1, 5)) == "2026年1月5日"
    assert rules.moment_in_words(datetime(2026, 11, 20, 9, 8, tzinfo=CITY_TIME)) == "2026年11月20日 09:08"
    assert rules.money(Decimal(4800)) == "4800.00 元"


def test_field_case_people_are_greeted_by_surname_and_sex():
    assert salutation("欧阳", "欧阳娜", "990102199403121228") == "欧阳女士"
    assert salutation("", "欧阳娜", "990102199403121228") == "欧阳娜女士"
    assert salutation("张", "张安然", "") == ""
