"""Legal time: deadlines count days in the city's time zone. Pure, so that rules may use it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")


def legal_day(moment: datetime) -> date:
    """Return the legal date (Asia/Shanghai) of an aware datetime."""
    return moment.astimezone(CITY_TIME).date()
