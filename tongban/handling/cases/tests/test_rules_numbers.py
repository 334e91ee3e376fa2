"""Mistyped numbers are distinguished from unknown ones."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases.rules.numbers import case_number, is_case_number

numbers = st.builds(
    case_number,
    st.dates(date(2024, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["990102", "990102001001", "110105"]),
    st.from_regex(r"[0-9]{1,3}", fullmatch=True).filter(str.isascii),
    st.integers(1, 999_999),
)


@given(numbers)
def test_every_number_is_well_formed(number):
    assert len(number) == 22
    assert is_case_number(number)


@given(numbers, st.integers(0, 20), st.integers(1, 9))
def test_every_single_wrong_digit_is_detected(number, place, shift):
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_case_number(wrong)


def test_most_transpositions_of_neighbours_are_detected():
    """A hybrid system of ISO 7064 detects every wrong digit, but misses a few transpositions."""
    missed = tried = 0
    for serial in range(1, 3000, 7):
        number = case_number(date(2026, 1 + serial % 12, 1 + serial % 28), "990102", str(serial % 40), serial * 331)
        for place in range(20):
            wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
            if wrong != number:
                tried += 1
                missed += is_case_number(wrong)
    assert tried > 5000
    assert missed / tried < 0.02


@given(st.text(max_size=30))
def test_anything_else_is_refused_without_an_exception(text):
    assert is_case_number(text) in {True, False}


def test_the_parts_of_a_number_can_be_read():
    assert case_number(date(2026, 11, 24), "990102001001", "4", 17).startswith("261124990102004000017")
