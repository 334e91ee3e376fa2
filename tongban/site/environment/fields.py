"""How a setting is declared, and value types that several settings share."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

import croniter
from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, SecretStr
from pydantic_settings import NoDecode

from tongban.foundation.networks import Network, networks_of
from tongban.site.bootstrap import ROOT

T = TypeVar("T")
Switch = Literal["yes", "no"]
AMOUNTS = "year=amount, with commas between, e.g. 2025=400.00,2026=420.00"
COUNT = "a whole number of at least {}"
CRON = "five fields of cron with spaces between (UTC), e.g. 30 17 * * *"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that break a line or control a terminal."""
DIVISION = "six digits (GB/T 2260)"
LARGEST = {4: 8, 6: 7}
"""The shortest prefix of a network, by IP version: the largest private networks are 10.0.0.0/8 and fc00::/7."""
OWNERS = "purpose=credit code, with commas between"


def setting(
    name: str,
    default: T,
    meaning: str,
    *,
    allowed: str = "",
    production: str = "",
    unset: str = "",
    ge: int | None = None,
) -> T:
    """Declare one setting: the name of its variable, its default, and one sentence about it.

    `allowed` completes the sentence "it must be …" of the error message. `production` says what a production platform
    needs. `unset` describes the effect of an absent value, where `default` does not say it. `ge` is the least number.
    """
    wording: dict[str, JsonValue] = {"allowed": allowed, "production": production, "unset": unset}
    found: T = Field(default=default, validation_alias=name, description=meaning, json_schema_extra=wording, ge=ge)
    return found


def count(name: str, default: int, meaning: str, *, least: int = 0, production: str = "") -> int:
    """Declare a setting that holds a whole number of at least `least`."""
    return setting(name, default, meaning, allowed=COUNT.format(least), production=production, ge=least)


def _parts(text: object) -> object:
    return [part.strip() for part in text.split(",")] if isinstance(text, str) else text


def _networks(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = networks_of(text)
    for network in found:
        if network.prefixlen < LARGEST[network.version]:
            raise ValueError(f"{network} is too large, a network may be at most a /{LARGEST[network.version]}")
    return found


def _pairs(text: object) -> object:
    if not isinstance(text, str):
        return text
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        purpose, _, code = part.partition("=")
        if not purpose or not code:
            raise ValueError(f"{part[:100]!r} is no pair")
        if purpose in found:
            raise ValueError(f"{purpose[:100]!r} is given twice")
        found[purpose] = code
    return found


def _amounts(text: object) -> object:
    pairs = _pairs(text)
    if not isinstance(pairs, dict):
        return pairs
    found = {}
    for year, amount in pairs.items():
        if not re.fullmatch(r"[0-9]{4}", year) or not re.fullmatch(r"[0-9]+(\.[0-9]{1,2})?", amount):
            raise ValueError(f"{year}={amount} is no amount of a year")
        found[int(year)] = Decimal(amount)
    return found


def of_form(pattern: str) -> AfterValidator:
    """Return a validator for text that is empty or matches the whole pattern."""

    def check(text: str) -> str:
        if text and not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return AfterValidator(check)


def sound(fault_of: Callable[[str], str]) -> AfterValidator:
    """Return a validator for text in which `fault_of` finds no fault."""

    def check(text: str) -> str:
        if fault_of(text):
            raise ValueError
        return text

    return AfterValidator(check)


def _line(text: str) -> str:
    if CONTROL.search(text):
        raise ValueError
    return text


def _existing(path: str) -> str:
    if path and not (ROOT / path).is_file():
        raise ValueError
    return path


def _cron(text: str) -> str:
    if text and not (len(text.split()) == 5 and text.isascii() and croniter.croniter.is_valid(text)):
        raise ValueError
    return text


def _postgresql(address: SecretStr) -> SecretStr:
    text = address.get_secret_value()
    parts = urlsplit(text)
    if text and (
        parts.scheme not in {"postgres", "postgresql"} or parts.port == 0
    ):  # `port` raises ValueError if it is no number
        raise ValueError
    return address


Names = Annotated[list[str], NoDecode, BeforeValidator(_parts)]
Networks = Annotated[list[Network], NoDecode, BeforeValidator(_networks)]
Pairs = Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)]
Amounts = Annotated[dict[int, Decimal], NoDecode, BeforeValidator(_amounts)]
Cron = Annotated[str, AfterValidator(_cron)]
Division = Annotated[str, of_form(r"[0-9]{6}")]
DepartmentCode = Annotated[str, of_form(r"[0-9]{3}")]
Line = Annotated[str, AfterValidator(_line)]
ExistingFile = Annotated[str, AfterValidator(_existing)]
"""A file that exists; a relative path counts from the folder of the platform."""
Url = Annotated[str, of_form(r"https?://[^\s/]+\S*")]
Database = Annotated[SecretStr, AfterValidator(_postgresql)]
