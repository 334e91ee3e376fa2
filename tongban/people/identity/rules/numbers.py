"""What a resident's number says (GB 11643-1999), and by which indexes people are found."""

from datetime import date

from tongban.foundation.codes import born_by

NUMBER_PURPOSE = "subject-number"
"""The purpose of the blind index of numbers: one for the city, so that every room finds the same person."""

PHONE_PURPOSE = "account-phone"
"""The purpose of the blind index of the phones with which accounts sign in."""


def date_of_birth(number: str) -> date | None:
    """Return the date of birth in an 18-character number, or None if it is not a real date."""
    return born_by(number)


def sex_of(number: str) -> str:
    """Return `male` or `female` by the last digit of the sequence, or "" without a number."""
    if len(number) != 18 or number[16] not in "0123456789":
        return ""
    return "male" if int(number[16]) % 2 else "female"


def salutation(surname: str, name: str, number: str) -> str:
    """Return how the home page greets somebody, e.g. 欧阳女士, or "" where the number does not say.

    The surname is the recorded one. Without it the whole name stands before the title: no surname is cut off.
    """
    title = {"male": "先生", "female": "女士"}.get(sex_of(number), "")
    return f"{surname or name}{title}" if title else ""
