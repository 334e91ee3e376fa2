"""Ages in full years (周岁), and what depends on them (民法典第十七至二十条).

An age is reached at the beginning of the birthday. The only other way to count, from the day after the birthday
(法释〔2006〕1号第二条), holds for criminal liability, and nothing here depends on that.
"""

from datetime import date, timedelta


def anniversary(born: date, years: int) -> date:
    """Return the day on which somebody reaches an age in full years.

    Somebody born on 29 February reaches it on 28 February of a common year: where a month lacks the day, its last day
    counts (民法典第二百零二条). Everything that depends on an age goes by this day.
    """
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 2, 28)


def full_years(born: date, day: date) -> int:
    """Return the age in full years (周岁) on a day."""
    return day.year - born.year - (day < anniversary(born, day.year - born.year))


CONSENT_FROM, OF_AGE = 8, 18
"""Ages in full years (民法典第十七至二十条): under 8 without legal capacity, under 18 with limited capacity."""


def is_minor(born: date | None, day: date) -> bool:
    """Return whether somebody is under eighteen on the day. Pages mask minors' data by default."""
    return born is not None and full_years(born, day) < OF_AGE


def guardianship_until(born: date, day: date) -> date | None:
    """Return the last day of the present stage of guardianship: before the 8th or 18th birthday. None for adults."""
    age = full_years(born, day)
    if age >= OF_AGE:
        return None
    return anniversary(born, CONSENT_FROM if age < CONSENT_FROM else OF_AGE) - timedelta(days=1)


def needs_consent(born: date, day: date) -> bool:
    """Return whether a minor must personally agree to what a guardian does for them."""
    return full_years(born, day) >= CONSENT_FROM
