"""The number of an application or case that people read: YYMMDD + division 6 + department 3 + serial 6 + check 1."""

from datetime import date

from tongban.foundation.codes import mod_37_36

PATTERN = r"^[0-9]{21}[0-9A-Z]$"


def case_number(day: date, division_code: str, department_code: str, serial: int) -> str:
    """A 22-character number whose last character is ISO 7064 MOD 37,36 over the rest."""
    body = f"{day:%y%m%d}{division_code[:6]}{department_code:0>3}{serial:06d}"
    return body + mod_37_36(body)


def is_case_number(number: str) -> bool:
    """Whether the form and the check character are right; a mistyped number is told from an unknown one."""
    return len(number) == 22 and number[:21].isdigit() and mod_37_36(number[:21]) == number[21]
