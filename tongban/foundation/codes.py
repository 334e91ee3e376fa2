"""What is valid: national codes and their check characters, phones, dates, months, amounts and accounts. Pure.

The only validators of the product. Each accepts exactly one spelling, in ASCII; `typed` brings what people type into
it.
"""

import re
from datetime import date

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
EARLIEST_BIRTH = date(1850, 1, 1)
"""Nobody alive or in a register was born before. An earlier day is a typing error."""
_EARLIEST_YEAR = 1800
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


def mod_37_36(body: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character of a body of digits and capital letters."""
    product = 36
    for character in body:
        product = (product + _ALNUM.index(character)) % 36 or 36
        product = product * 2 % 37
    return _ALNUM[(37 - product) % 36]


def resident_number_check(body17: str) -> str:
    """Return the 18th character of a resident number (GB 11643-1999), given its first 17 digits."""
    total = sum(int(d) * w for d, w in zip(body17, _RIC_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def division_prefix(place: str) -> str:
    """Return the prefix shared by the codes of all divisions within a place (GB/T 2260 and subordinate codes).

    The prefix of a city (e.g. 330100) is empty, because a city serves people from everywhere.
    """
    return "" if len(place) == 6 and place.endswith("00") else place


def born_by(number: str) -> date | None:
    """Return the day of birth in a resident number of 18 characters, or None if it is no real day since 1850."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return None
    born = _day(number[6:10], number[10:12], number[12:14])
    return born if born is not None and born >= EARLIEST_BIRTH else None


def is_resident_number(number: str, today: date | None = None) -> bool:
    """Return whether an 18-character resident number has the right format, day of birth and check character.

    GB 11643-1999. Every door that takes a number gives `today`: then nobody is born after it.
    """
    born = born_by(number)
    return born is not None and (today is None or born <= today) and resident_number_check(number[:17]) == number[17]


def credit_code_check(body17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015), given its first 17."""
    total = sum(_USCC.index(c) * pow(3, i, 31) for i, c in enumerate(body17))
    return _USCC[-total % 31]


def is_credit_code(code: str) -> bool:
    """Return whether an 18-character credit code has the right format and check character (GB 32100-2015).

    The check digit of the organisation code inside (GB 11714, position 17) is not checked. The outer check character
    already finds every single wrong character and every two neighbours exchanged, and registers decide which codes
    exist: a code that one of them issued must not be refused.
    """
    return len(code) == 18 and all(c in _USCC for c in code) and credit_code_check(code[:17]) == code[17]


def is_phone(text: str) -> bool:
    """Return whether the text is a mobile number of the mainland: 11 digits."""
    return bool(re.fullmatch(r"1[3-9][0-9]{9}", text))


def day_of(text: str) -> date | None:
    """Return the day of a calendar date in ISO 8601 (2026-11-24), or None. Week dates and 20261124 give None.

    A year before 1800 is a typing error, so it gives None too. Registers write 9999-12-31 for "for good".
    """
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    day = _day(*found.groups()) if found else None
    return day if day is not None and day.year >= _EARLIEST_YEAR else None


def is_month(text: str) -> bool:
    """Return whether the text is a month in ISO 8601 (2026-11)."""
    return day_of(f"{text}-01") is not None


def is_amount(text: str) -> bool:
    """Return whether the text is an amount below ten thousand million with at most two decimals, without grouping."""
    return bool(re.fullmatch(r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,2})?", text))


def is_whole_number(text: str) -> bool:
    """Return whether the text consists of one to fifteen digits."""
    return bool(re.fullmatch(r"[0-9]{1,15}", text))


ACCOUNT_DIGITS = (12, 19)
"""The fewest and the most digits of a bank account. Cards in China have 16 to 19 digits, at most 19 by
ISO/IEC 7812; passbooks of some banks have 12."""


def is_account(text: str) -> bool:
    """Return whether the text can be the number of a bank account, of a card or of a passbook."""
    fewest, most = ACCOUNT_DIGITS
    return bool(re.fullmatch(rf"[0-9]{{{fewest},{most}}}", text))


def is_plate(text: str) -> bool:
    """Return whether the text is a number plate (GA 36-2018) of seven characters, or eight for new energies."""
    return bool(re.fullmatch(rf"[{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳]", text))


def is_vin(text: str) -> bool:
    """Return whether the text has the form of a vehicle identification number (GB 16735-2019)."""
    return bool(re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text))


def is_document_code(text: str) -> bool:
    """Return whether the text can be the number of a document: 4 to 40 letters, digits, hyphens and brackets."""
    return bool(re.fullmatch(r"[0-9A-Za-z\-（）()〔〕]{4,40}", text))


def is_login_name(text: str) -> bool:
    """Return whether the text can be the name of an account."""
    return bool(re.fullmatch(r"[a-z][a-z0-9._-]{2,59}", text))


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
