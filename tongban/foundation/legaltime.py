"""The time in which the law counts: days of the city. Pure, so that rules may use it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")


def legal_day(moment: datetime) -> date:
    """The legal date (Asia/Shanghai) of a moment."""
    return moment.astimezone(CITY_TIME).date()
