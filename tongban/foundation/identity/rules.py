"""What a resident's number says (GB 11643-1999), and where a page may send a person on to. Pure functions."""

from datetime import date

NUMBER_PURPOSE = "subject-number"
"""The purpose of the blind index of numbers: one for the whole city, so that rooms find the same person."""


def date_of_birth(number: str) -> date | None:
    """The day of birth in an 18-character number, or None if it holds no real day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def is_minor(born: date | None, day: date) -> bool:
    """Under eighteen on the day (民法典 Art. 17): nothing personal of a minor is shown by default."""
    return born is not None and born > day.replace(year=day.year - 18, day=min(day.day, 28))


def sex_of(number: str) -> str:
    """`male` or `female` by the sequence's last digit; empty without a number."""
    if len(number) != 18 or not number[16].isdigit():
        return ""
    return "male" if int(number[16]) % 2 else "female"


def salutation(name: str, number: str) -> str:
    """How the home page greets: 李女士, 张先生; empty where the number does not say."""
    title = {"male": "先生", "female": "女士"}.get(sex_of(number), "")
    return f"{name[:1]}{title}" if title else ""
