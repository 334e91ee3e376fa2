"""Check characters and formats of national codes. Pure functions."""

import re

_ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_RIC_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


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


def is_resident_number(number: str) -> bool:
    """Return whether an 18-character resident number has the right format and check character (GB 11643-1999)."""
    return bool(re.fullmatch(r"\d{17}[\dX]", number)) and resident_number_check(number[:17]) == number[17]


def credit_code_check(body17: str) -> str:
    """Return the 18th character of a unified social credit code (GB 32100-2015), given its first 17."""
    total = sum(_USCC.index(c) * pow(3, i, 31) for i, c in enumerate(body17))
    return _USCC[-total % 31]


def is_credit_code(code: str) -> bool:
    """Return whether an 18-character credit code has the right format and check character (GB 32100-2015)."""
    return len(code) == 18 and all(c in _USCC for c in code) and credit_code_check(code[:17]) == code[17]
