"""How pages show facts: masked by their kind, and times in the usual Chinese notation. Pure."""

from datetime import datetime
from typing import cast

from tongban.foundation.legaltime import CITY_TIME
from tongban.trust.crypto import masking


def display_value(kind: str, value: str, *, minor: bool = False) -> str:
    """Return a fact's value as a page may show it.

    `kind` is empty for a public fact, `datetime`, or a kind of masking. With `minor`, the stricter masking of minors
    applies. A `datetime` that does not parse is returned unchanged.
    """
    if not value or not kind:
        return value
    if kind == "datetime":
        return _moment(value)
    return masking.mask(cast(masking.Kind, kind), value, minor=minor)


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    moment = moment.astimezone(CITY_TIME) if moment.tzinfo else moment
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
