"""How facts look on a page: masked by their kind, moments as people read them."""

from datetime import datetime

from tongban.foundation import clock
from tongban.foundation.crypto import masking


def shown(kind: str, value: str) -> str:
    """A fact's value as a page may show it; an unknown form of a moment is shown as it is."""
    if not value or not kind:
        return value
    if kind == "datetime":
        return _moment(value)
    return str(getattr(masking, f"mask_{kind}")(value))


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    moment = moment.astimezone(clock.CITY_TIME) if moment.tzinfo else moment
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
