"""Spells what people type as `codes` accepts it, before it is checked, compared or stored. Pure.

Every function returns text, also for what is wrong, so that a page can show it again; `codes` says whether it is valid.
None turns one number into another: where a character might mean something, it stays, and `codes` refuses it. All of
them are idempotent. Free text is not touched beyond `characters.visible`.
"""

import re

from tongban.foundation.characters import ascii_digits, lower, plain, upper, visible
from tongban.foundation.codes import is_credit_code, is_phone, is_resident_number

_BETWEEN_GROUPS = re.compile(r"(?<=[^\s\-\u2010-\u2015])[\s\-\u2010-\u2015]+(?=[^\s\-\u2010-\u2015])")
_DOT_OF_PLATE = re.compile(r"^(.[A-Z]) ?[\u00b7\u2022\u30fb\u2027\u2219\u22c5.] ?(?=[A-Z0-9])")
_FIRST_IN_BRACKETS = re.compile(r"^\((\+?[0-9]+)\)")
_DAY = re.compile(
    r"([0-9]{4})(?:[-/.]|\s*年\s*)([0-9]{1,2})(?:[-/.]|\s*月\s*)([0-9]{1,2})\s*[日号]?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
_MONTH = re.compile(r"([0-9]{4})(?:[-/.]|\s*年\s*)([0-9]{1,2})\s*月?|([0-9]{4})([0-9]{2})")
_FULL_WIDTH_LETTERS = {0xFEE0 + ord(c): c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"}
_AMOUNT = re.compile(
    r"[\u00a5\uffe5]? ?(?:0*([0-9]+(?:\.[0-9]+)?)|([1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?)) ?元?"
)


def compact(text: str) -> str:
    """Return an identifier in ASCII digits, without the blanks and hyphens between its groups.

    For identifiers only, in which groups mean nothing. A quantity is a `whole_number`.
    """
    return _BETWEEN_GROUPS.sub("", ascii_digits(plain(text)))


def whole_number(text: str) -> str:
    """Return a quantity in ASCII digits. Nothing between its digits goes, so that "10-12" never becomes 1012."""
    return ascii_digits(plain(text))


def code(text: str) -> str:
    """Return a code of digits and capital letters, such as a credit code or a VIN."""
    return upper(compact(text))


def plate(text: str) -> str:
    """Return a number plate without the dot that follows its first two characters (GA 36-2018)."""
    return compact(_DOT_OF_PLATE.sub(r"\1", upper(ascii_digits(plain(text)))))


def document_code(text: str) -> str:
    """Return the number of a document without blanks. Its brackets and letters stay, since documents differ in them."""
    return ascii_digits(visible(text)).translate(_FULL_WIDTH_LETTERS).replace(" ", "")


def plain_code(text: str) -> str:
    """Return a code without blanks and invisible characters. Its letters, capitals and hyphens stay."""
    return plain(text).replace(" ", "")


def phone(text: str) -> str:
    """Return a phone number without separators and without the country code of China."""
    digits = _FIRST_IN_BRACKETS.sub(r"\1", compact(text))
    return re.sub(r"^(?:\+86|0086|86)(?=1[0-9]{10}$)", "", digits)


def resident_number(text: str) -> str:
    """Return a resident number with the capital X that people also write as x, × or the Roman numeral Ⅹ."""
    return re.sub(r"[\u2169\u2179\u00d7\u2715\u0425\u0445]$", "X", code(text))


def number(text: str) -> str:
    """Return a resident number or credit code, whichever was typed."""
    return resident_number(text)


def account(text: str) -> str:
    """Return the number of a bank account, which people type in groups."""
    return compact(text)


def amount(text: str) -> str:
    """Return an amount of money without currency sign and leading zeros, and any other text as it is.

    Commas or blanks may separate thousands (GB/T 15835-2011).
    """
    digits = ascii_digits(plain(text))
    found = _AMOUNT.fullmatch(digits)
    return re.sub("[, ]", "", found[1] or found[2]) if found else digits


def day(text: str) -> str:
    """Return a date in any of the usual spellings in ISO 8601 (2026-11-24), and any other text as it is."""
    found = _DAY.fullmatch(ascii_digits(plain(text)))
    if found is None:
        return plain(text)
    year, month, number = [part for part in found.groups() if part]
    return f"{year}-{int(month):02}-{int(number):02}"


def month(text: str) -> str:
    """Return a month in any of the usual spellings in ISO 8601 (2026-11), and any other text as it is."""
    found = _MONTH.fullmatch(ascii_digits(plain(text)))
    if found is None:
        return plain(text)
    year, number = [part for part in found.groups() if part]
    return f"{year}-{int(number):02}"


def login_name(text: str) -> str:
    """Return the name of an account in lower case: phones begin a word with a capital."""
    return lower(ascii_digits(plain(text)))


def phone_in(text: str) -> str:
    """Return the 11 digits of a mobile number, however it is written, or "" if it is not one."""
    digits = phone(text)
    return digits if is_phone(digits) else ""


def number_in(text: str) -> str:
    """Return a resident number or credit code, however it is written, or "" if it is neither."""
    found = number(text)
    return found if is_resident_number(found) or is_credit_code(found) else ""
