"""Legal time: deadlines count days in the city's time zone. Pure, so that rules may use it."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")


def legal_day(moment: datetime) -> date:
    """Return the legal date (Asia/Shanghai) of an aware datetime."""
    return moment.astimezone(CITY_TIME).date()


def start_of(day: date) -> datetime:
    """Return the moment at which a legal day begins: its midnight in the city's time zone."""
    return datetime.combine(day, time.min, tzinfo=CITY_TIME)
