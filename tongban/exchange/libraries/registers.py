"""What the base libraries need to know of the city: its figures, its offices, and the numbering of its registers.

All values come from the settings, like those of `foundation.city`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from tongban.foundation.city import city
from tongban.foundation.errors import Conflict


@dataclass(frozen=True)
class Registers:
    """The registers of the city that this platform serves."""

    marriage_office: str
    """Six digits: the division of the office that issues marriage certificate numbers."""
    vaccination_clinic: str
    parenting_provider: str
    premiums: Mapping[int, Decimal]
    """The yearly premium of the residents' medical insurance in yuan, by the first year for which it is due."""

    def marriage_number(self, year: int, series: int) -> str:
        """Return the number of a marriage certificate: J, division, year and serial number."""
        return f"J{self.marriage_office}-{year}-{series:06d}"

    def bill_number(self, year: int, series: int) -> str:
        """Return the number of a medical bill: province and city, year and serial number."""
        return f"{city().code[:4]}{year}{series:08d}"

    @property
    def card_prefix(self) -> str:
        """The prefix of social security card numbers."""
        return city().code[:3]

    def police_station(self, district: str, street: str) -> str:
        """Return the police station that keeps the household register of a street."""
        return f"{city().name}公安局{district}分局{street}派出所"

    def premium(self, year: int) -> Decimal:
        """Return the premium of a year: that of the newest year up to it. Raises Conflict if there is none."""
        begun = [one for one in self.premiums if one <= year]
        if not begun:
            raise Conflict(f"{year} 年度的居民医保缴费标准还没有设置，请联系系统管理员。")
        return self.premiums[max(begun)]


def registers() -> Registers:
    """Return the registers of the city that this process serves."""
    found: Registers = settings.REGISTERS
    return found
