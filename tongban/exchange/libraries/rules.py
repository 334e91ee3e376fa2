"""Names and resident numbers of newborns, and the notation of facts. Pure."""

from datetime import date, datetime
from decimal import Decimal

from tongban.foundation.codes import resident_number_check
from tongban.foundation.legaltime import CITY_TIME

LAST_SEQUENCE = 999
SEX_WORDS = {"male": "男", "female": "女"}


def sequence(sex: str, nth: int) -> int:
    """Return the nth sequence code of a day and place: odd for males, even for females (GB 11643-1999)."""
    return 2 * nth - 1 if sex == "male" else 2 * nth


def sequences(sex: str) -> range:
    """Return all sequence codes of a day and place for one sex."""
    return range(sequence(sex, 1), LAST_SEQUENCE + 1, 2)


def resident_number(district: str, born: date, serial: int) -> str:
    """Return the 18 characters: district (6), day of birth (8), sequence code (3), check character (GB 11643-1999)."""
    body = f"{district}{born:%Y%m%d}{serial:03d}"
    return body + resident_number_check(body)


def day_in_words(day: date) -> str:
    """Return a day as 2026年1月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_in_words(moment: datetime) -> str:
    """Return a time in city time as 2026年1月31日 08:05."""
    local = moment.astimezone(CITY_TIME)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def money(amount: Decimal) -> str:
    """Return an amount in yuan with two decimals."""
    return f"{amount:.2f} 元"
