"""The city that this platform serves: its names, its numbers, and what its registers write on their documents.

Everything here comes from the settings. A process serves one city from its start to its end.
"""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class City:
    """Names and numbers that appear on pages, in messages and on documents."""

    name: str
    """With its kind, as on a letterhead, e.g. 京州市."""
    code: str
    """Six digits: the division (GB/T 2260) of anyone about whom nothing more is known."""
    product: str
    """The name of the service."""
    portal: str
    """The name of the site, on every page title."""
    sms_signature: str
    """The name in front of every short message."""
    hotline: str
    government: str
    """The body that reviews administrative decisions."""
    host: str
    """The office that runs the site (主办)."""
    operator: str
    """The office that operates it (承办)."""
    notice: str
    """A sentence at the foot of every page; empty: none."""
    seal: str
    """The picture beside a signature that is right, as a path below /static/."""
    plate: str
    """A number plate as an example of how to type one."""
    marriage_office: str
    """Six digits: the division of the office that numbers marriage certificates."""
    vaccination_clinic: str
    parenting_provider: str

    def marriage_number(self, year: int, series: int) -> str:
        """The number of a marriage certificate: J, division, year and series."""
        return f"J{self.marriage_office}-{year}-{series:06d}"

    def bill_number(self, year: int, series: int) -> str:
        """The number of a medical bill: province and city, year and series."""
        return f"{self.code[:4]}{year}{series:08d}"

    @property
    def card_prefix(self) -> str:
        """What the numbers of social security cards begin with."""
        return self.code[:3]

    def police_station(self, district: str, street: str) -> str:
        """The station that keeps the household register of a street."""
        return f"{self.name}公安局{district}分局{street}派出所"


def city() -> City:
    """The city of this process."""
    found: City = settings.CITY
    return found
