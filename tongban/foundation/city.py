"""The city that this platform serves: its names and numbers.

All values come from the settings. A process serves one city for its whole life.
"""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class City:
    """Names and numbers that appear on pages, in messages and on documents."""

    name: str
    """Including its kind, as on a letterhead, e.g. 京州市."""
    short: str
    """The name in short, e.g. 京州."""
    code: str
    """Six digits: the division (GB/T 2260) of people whose exact division is unknown."""
    product: str
    """The name of the service."""
    portal: str
    """The name of the site, shown in every page title."""
    sms_signature: str
    """The name in front of every text message."""
    hotline: str
    government: str
    """The body that reviews administrative decisions."""
    host: str
    """The office that runs the site (主办)."""
    operator: str
    """The office that operates it (承办)."""
    data_bureau: str
    """Three digits: the short code of the department that reviews the systems that other departments connect."""
    privacy_contact: str
    """How people reach whoever answers for personal data."""
    notice: str
    """A sentence in the footer of every page; empty for none."""
    seal: str
    """The picture shown beside a valid signature, as a path below /static/."""
    plate: str
    """An example number plate for the hint of a form field."""


def city() -> City:
    """Return the city that this process serves."""
    found: City = settings.CITY
    return found


def has_demo() -> bool:
    """Return whether the demo's stand-ins (phone, reader, carrier, face comparison) and its city may be used.

    They come with `TONGBAN_DEMO`. A production platform never uses them, even if the demo is installed there.
    """
    return bool(settings.DEMO and not settings.PRODUCTION)
