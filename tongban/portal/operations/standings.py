"""How each health check stands, in an official's words: the same for the operations page and the administrators' page.

Check functions answer machines. Calendar and backups are looked at here as people need it: outside production, a
platform without any backup is healthy for a load balancer, and its administrator still reads that there is none.
"""

from dataclasses import dataclass

from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.operations import queries
from tongban.foundation.ui.filters import cn_when
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays.checks import AHEAD, LAST_CALL
from tongban.portal.operations import words
from tongban.trust.backups import queries as backups

BACKUPS, CALENDAR = "backups", "calendar"


@dataclass(frozen=True)
class Standing:
    """One check: its title, how it stands and what to do, its light, and the page where it is looked after."""

    name: str
    title: str
    words: str
    """Empty where there is nothing to say: the check is fine."""
    light: str
    """`green`, `yellow` (soon) or `red` (now)."""
    href: str


def standings(backed_up: backups.Outlook, *, publishes: bool) -> list[Standing]:
    """Run all checks now and return how each stands, the worst first. `publishes`: the reader may publish a calendar.

    For pages, which have read the database already: whether it answers at all is not asked first.
    """
    results = queries.findings(except_for={BACKUPS, CALENDAR}).checks
    found = [_standing(result.name, ok=result.ok) for result in results]
    found += [calendar(publishes=publishes), _backups(backed_up)]
    return sorted(found, key=lambda one: ("red", "yellow", "green").index(one.light))


def _standing(name: str, *, ok: bool) -> Standing:
    title, help_text = words.check_of(name)
    return Standing(name, title, "" if ok else help_text, "green" if ok else "red", reverse("operation_pages:state"))


def calendar(*, publishes: bool) -> Standing:
    """Return how the calendar stands, and who is to publish what is missing."""
    please = "请" if publishes else "请市级系统管理员"
    found = workdays.outlook(clock.legal_day(clock.now()), ahead=AHEAD, last_call=LAST_CALL)
    said = []
    if found.missing:
        said.append(f"{_years(found.missing)} 年放假安排尚未导入，在办件的期限已经算到那一年，{please}导入")
    if found.late:
        said.append(f"{_years(found.late)} 年放假安排还是暂定的，{please}照正式通知导入")
    light = "yellow" if said else "green"
    told = "；".join(said) or "要用到的年份都已导入"
    return Standing(CALENDAR, words.check_of(CALENDAR)[0], told, light, reverse("operation_pages:calendar"))


def _years(years: list[int]) -> str:
    return "、".join(str(year) for year in years)


def _backups(stands: backups.Outlook) -> Standing:
    wrong = list(words.backups_wrong(stands))
    if wrong:
        told = "；".join([*wrong, "打开看怎么办"])
    else:
        told = f"最近的备份 {cn_when(stands.newest.began_at)} 开始" if stands.newest is not None else ""
    address = f"{reverse('operation_pages:state')}#backups"
    return Standing(BACKUPS, words.check_of(BACKUPS)[0], told, "red" if wrong else "green", address)
