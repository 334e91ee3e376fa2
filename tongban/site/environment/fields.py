"""How one setting is declared, and the kinds of values that several settings share."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from tongban.foundation.networks import Network, networks_of

Switch = Literal["yes", "no"]
COUNT = "a whole number of at least {}"
CRON = "five fields of cron with spaces between (UTC), e.g. 30 17 * * *"
DIVISION = "six digits (GB/T 2260)"
OWNERS = "purpose=credit code, with commas between"


def setting(
    name: str, default: Any, meaning: str, *, allowed: str = "", production: str = "", unset: str = "", **checks: Any
) -> Any:
    """One setting: the variable's name, what it holds without one, and one sentence about it.

    `allowed` completes "it must be …" where a wrong value is refused. `production` says what a production start needs.
    `unset` says in words what an absent value means, where `default` does not.
    """
    told: Any = {"allowed": allowed, "production": production, "unset": unset}
    return Field(default=default, validation_alias=name, description=meaning, json_schema_extra=told, **checks)


def count(name: str, default: int, meaning: str, *, least: int = 0, production: str = "") -> Any:
    """A whole number."""
    return setting(name, default, meaning, allowed=COUNT.format(least), production=production, ge=least)


def _parts(text: object) -> object:
    return [part.strip() for part in text.split(",")] if isinstance(text, str) else text


def _networks(text: object) -> object:
    return networks_of(text) if isinstance(text, str) else text


def _pairs(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = {}
    for part in filter(None, map(str.strip, text.split(","))):
        purpose, _, code = part.partition("=")
        if not purpose or not code:
            raise ValueError(f"{part[:100]!r} is no pair")
        found[purpose] = code
    return found


def of_form(pattern: str) -> AfterValidator:
    """Text that is empty or matches a pattern as a whole."""

    def check(text: str) -> str:
        if text and not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return AfterValidator(check)


def sound(fault_of: Callable[[str], str]) -> AfterValidator:
    """Text in which `fault_of` finds no fault."""

    def check(text: str) -> str:
        if fault_of(text):
            raise ValueError
        return text

    return AfterValidator(check)


def _postgresql(address: SecretStr) -> SecretStr:
    text = address.get_secret_value()
    parts = urlsplit(text)
    if text and (parts.scheme not in {"postgres", "postgresql"} or parts.port == 0):  # a port that is no number raises
        raise ValueError
    return address


Names = Annotated[list[str], NoDecode, BeforeValidator(_parts)]
Networks = Annotated[list[Network], NoDecode, BeforeValidator(_networks)]
Pairs = Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)]
Cron = Annotated[str, of_form(r"\S+( +\S+){4}")]
Division = Annotated[str, of_form(r"\d{6}")]
Url = Annotated[str, of_form(r"https?://[^\s/]+\S*")]
Database = Annotated[SecretStr, AfterValidator(_postgresql)]
