"""Names and numbers of newborns, and how facts are written. Pure functions."""

from datetime import date, datetime
from decimal import Decimal

from tongban.foundation.codes import resident_number_check
from tongban.foundation.legaltime import CITY_TIME

COMPOUND_SURNAMES = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文", "司徒", "夏侯")
)
LAST_SEQUENCE = 999
SEX_WORDS = {"male": "男", "female": "女"}


def surname_of(name: str) -> str:
    """The family name within a full name."""
    return name[:2] if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else name[:1]


def sequence(sex: str, nth: int) -> int:
    """The nth sequence of a day and place: odd for male, even for female (GB 11643-1999)."""
    return 2 * nth - 1 if sex == "male" else 2 * nth


def sequences(sex: str) -> range:
    """All sequences that a day and place have for a sex."""
    return range(sequence(sex, 1), LAST_SEQUENCE + 1, 2)


def resident_number(district: str, born: date, serial: int) -> str:
    """The 18 characters: 6 of the district, 8 of the day of birth, 3 of the sequence, and the check (GB 11643-1999)."""
    body = f"{district}{born:%Y%m%d}{serial:03d}"
    return body + resident_number_check(body)


def day_in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def moment_in_words(moment: datetime) -> str:
    local = moment.astimezone(CITY_TIME)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def money(amount: Decimal) -> str:
    return f"{amount:.2f} 元"
