"""What a resident's number says (GB 11643-1999), and by which indexes people are found."""

from datetime import date

NUMBER_PURPOSE = "subject-number"
"""The purpose of the blind index of numbers: one for the city, so that every room finds the same person."""

PHONE_PURPOSE = "account-phone"
"""The purpose of the blind index of the phones with which accounts sign in."""


def date_of_birth(number: str) -> date | None:
    """Return the date of birth in an 18-character number, or None if it is not a real date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """Return `male` or `female` by the last digit of the sequence, or "" without a number."""
    if len(number) != 18 or not number[16].isdigit():
        return ""
    return "male" if int(number[16]) % 2 else "female"


def salutation(name: str, number: str) -> str:
    """Return how the home page greets somebody, e.g. 李女士, or "" where the number does not say."""
    title = {"male": "先生", "female": "女士"}.get(sex_of(number), "")
    return f"{name[:1]}{title}" if title else ""
