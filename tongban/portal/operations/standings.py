"""How each health check stands, in an official's words: the same for the operations page and the administrators' page.

Check functions answer machines. Calendar and backups are looked at here as people need it: outside production, a
platform without any backup is healthy for a load balancer, and its administrator still reads that there is none.
"""

from dataclasses import dataclass

from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.health import Result
from tongban.foundation.operations import queries
from tongban.foundation.ui.filters import cn_when
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays.checks import AHEAD, LAST_CALL
from tongban.portal.operations import words
from tongban.trust.backups import queries as backups

BACKUPS, CALENDAR, SCANNER = "backups", "calendar", "scanner"


@dataclass(frozen=True)
class Standing:
    """One check: its title, how it stands and what to do, its light, and the page where it is looked after."""

    name: str
    title: str
    words: str
    """How it stands. Empty where the check only tells whether it is fine."""
    help: str
    """What to do. Empty while the check is fine, and where the reader can do nothing."""
    light: str
    """`green`, `yellow` (soon) or `red` (now)."""
    href: str = ""
    """The place where the check is looked after. Empty where it has none of its own."""

    @property
    def in_full(self) -> str:
        """How it stands and what to do, for the operations page."""
        return f"{self.words}。{self.help}" if self.words and self.help else self.words or self.help

    @property
    def in_brief(self) -> str:
        """How it stands, and that its page says what to do, for the page on which administrators begin."""
        return f"{self.words}；打开看怎么办" if self.words and self.help else self.words or self.help


def standings(backed_up: backups.Outlook, *, publishes: bool) -> list[Standing]:
    """Run all checks now and return how each stands, the worst first. `publishes`: the reader may publish a calendar.

    For pages, which have read the database already: whether it answers at all is not asked first.
    """
    found = [_standing(result) for result in queries.findings(except_for={BACKUPS, CALENDAR})]
    found += [calendar(publishes=publishes), _backups(backed_up)]
    return sorted(found, key=lambda one: ("red", "yellow", "green").index(one.light))


def _standing(result: Result) -> Standing:
    """Return how a check stands.

    One that fails is red even if the platform stays ready: that a row or the ledger was changed cannot wait. A scanner
    that is not there fails for no machine, and is no reason to say that files are scanned.
    """
    title, help_text = words.check_of(result.name)
    if result.name == SCANNER and result.ok and result.detail.get("configured") is False:
        return Standing(result.name, title, words.UNSCANNED, help_text, "yellow")
    return Standing(result.name, title, "", "" if result.ok else help_text, "green" if result.ok else "red")


def calendar(*, publishes: bool) -> Standing:
    """Return how the calendar stands, and who is to publish what is missing."""
    title, help_text = words.check_of(CALENDAR)
    found = workdays.outlook(clock.legal_day(clock.now()), ahead=AHEAD, last_call=LAST_CALL)
    said = []
    if found.missing:
        said.append(f"{_years(found.missing)} 年放假安排尚未导入，在办件的期限已经算到那一年")
    if found.late:
        said.append(f"{_years(found.late)} 年放假安排还是暂定的")
    address = reverse("operation_pages:calendar")
    if not said:
        return Standing(CALENDAR, title, "要用到的年份都已导入", "", "green", address)
    told = "；".join(said if publishes else [*said, "请市级系统管理员照通知导入"])
    return Standing(CALENDAR, title, told, help_text if publishes else "", "yellow", address)


def _years(years: list[int]) -> str:
    return "、".join(str(year) for year in years)


def _backups(stands: backups.Outlook) -> Standing:
    title, help_text = words.check_of(BACKUPS)
    address = f"{reverse('operation_pages:state')}#backups"
    if wrong := list(words.backups_wrong(stands)):
        return Standing(BACKUPS, title, "；".join(wrong), help_text, "red", address)
    told = f"最近的备份 {cn_when(stands.newest.began_at)} 开始" if stands.newest is not None else ""
    return Standing(BACKUPS, title, told, "", "green", address)
