"""Runs `bench pages`: the fixed cost of a request first, then every page for each kind of person."""

import logging
from collections.abc import Iterator

from django.conf import settings

from tongban.bench.browser import Browser
from tongban.bench.figures import Figures
from tongban.bench.pages.measuring import first_view, measure, statements_of
from tongban.bench.pages.people import Person, everybody
from tongban.bench.pages.walking import NOT_FOLLOWED, page_names, walk
from tongban.bench.problems import Problems, listening
from tongban.bench.transports import Application, InProcess
from tongban.trust.ledger import services as ledger

WHOLE = ("nobody", "citizen")
"""Roles whose pages are all measured."""
CITIZENS = (*WHOLE, "applicant")
FIXED = (("nobody", "everybody"), ("citizen", "citizen"), ("handler", "officer"), ("head", "officer"))
"""Roles, and the guard of the empty pages that they open."""


def run(problems: Problems, *, times: int, only: str = "") -> Figures:
    """Measure in this process, on the scratch city of the settings."""
    application = _application()
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # refusals are looked at here
    _sequence()
    people = everybody()
    with listening(problems):
        fixed = list(_fixed(application, people, times * 3, problems))
        nobody = Browser(InProcess(application))
        home = measure(nobody, "/", times * 3, problems)
        first = first_view(Browser(InProcess(application)), "/", problems)
        rows, reached = _pages(application, people, times, only, problems)
    return {
        "bench": "pages",
        "times": times,
        "fixed": fixed,
        "anonymous_home": home | {"per_second_per_core": _per_second(home)},
        "first_view_of_home": first,
        "pages": sorted(rows, key=lambda row: -float(str(row["ms"]))),
        "not_reached": sorted(set(page_names()) - reached - set(NOT_FOLLOWED)),
    }


def _application() -> Application:
    """Return the application that the web server runs, with the empty pages added to its addresses."""
    settings.ROOT_URLCONF = "tongban.bench.pages.empty"
    from tongban.site.wsgi import application

    return application


def _sequence() -> None:
    """Put the ledger's entries under a signed head, as the worker does, so that its pages have something to show."""
    sequencer = ledger.Sequencer()
    while sequencer.sequence():
        pass
    sequencer.sign()


def _fixed(application: Application, people: list[Person], times: int, problems: Problems) -> Iterator[Figures]:
    by_role = {person.role: person for person in people}
    for role, guard in FIXED:
        browser = Browser(InProcess(application))
        if login_name := by_role[role].login_name:
            Person(role, login_name).arrive(browser, problems)
        for page in ("nothing", "shell"):
            address = f"/bench/{guard}/{page}/"
            figures = measure(browser, address, times, problems)
            yield {"role": role, "page": page, **figures, "statements": statements_of(browser, address)}


def _pages(
    application: Application, people: list[Person], times: int, only: str, problems: Problems
) -> tuple[list[Figures], set[str]]:
    """Measure the pages of each kind of person. Those that citizens open are not measured again for officers."""
    rows: list[Figures] = []
    reached: set[str] = set()
    measured: set[str] = set()
    for person in people:
        browser = Browser(InProcess(application))
        found = walk(browser, person.arrive(browser, problems), problems)
        reached |= set(found.opened) | {name for name, (_, status) in found.refused.items() if status == 405}
        skipped = set() if person.role in WHOLE else measured
        if not person.login_name:
            browser = Browser(InProcess(application))  # without the cookies that the walk has brought
        for name, address in sorted(found.opened.items()):
            if name not in skipped and name.startswith(only):
                rows.append(
                    {"page": name, "role": person.role, **measure(browser, address, times, problems), "at": address}
                )
        if person.role in CITIZENS:
            measured |= set(found.opened)
    return rows, reached


def _per_second(figures: Figures) -> float:
    return round(1000 / max(0.001, float(str(figures["ms"]))), 1)
