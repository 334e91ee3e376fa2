"""Invented numbers for the persons and enterprises of the demo city, with valid check characters."""

from datetime import date

from tongban.demo.city.founding import City
from tongban.exchange.libraries.rules import resident_number, sequence
from tongban.foundation.codes import credit_code_check
from tongban.people.identity import queries as identity

FIRST = 60
"""The first sequence number of demo persons; the registry assigns the sequence numbers of newborns."""


def person_number(city: City, district: str, born: date, sex: str) -> str:
    """Return the next free resident number of a district, day and sex (GB 11643-1999)."""
    key = (district, born, sex)
    while True:
        city.serials[key] = city.serials.get(key, FIRST) + 1
        number = resident_number(district, born, sequence("male" if sex == "m" else "female", city.serials[key]))
        if identity.subject_by_number(number) is None:
            return number


def enterprise_code(letters: str, body: str) -> str:
    """Return a unified social credit code (GB 32100-2015) that contains a valid organisation code (GB 11714)."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(digits.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = "0123456789X"[-total % 11]
    code = f"{letters}990100{body}{check}"
    return code + credit_code_check(code)
