"""The 22-character number of an application or case.

YYMMDD, 6 characters of the division, 3 of the department, 6 of the serial number, and a check character.
"""

import re
from datetime import date

from tongban.foundation.codes import mod_37_36

PATTERN = r"^[0-9]{21}[0-9A-Z]$"


def case_number(day: date, division_code: str, department_code: str, serial: int) -> str:
    """Return the number. Its last character is the check character of ISO 7064 MOD 37,36 over the rest."""
    body = f"{day:%y%m%d}{division_code[:6]}{department_code:0>3}{serial:06d}"
    return body + mod_37_36(body)


def is_case_number(number: str) -> bool:
    """Return whether format and check character are right. Mistyped numbers fail without a query."""
    return bool(re.fullmatch(r"[0-9]{21}[0-9A-Z]", number)) and mod_37_36(number[:21]) == number[21]
