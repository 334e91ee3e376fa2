"""Grow the city to a number of persons and cases: patterns, the crowd, then whole days in several processes."""

import multiprocessing
import os
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from multiprocessing.context import ForkProcess
from random import Random

from django.db import connection, connections, transaction

from tongban.demo.city.bulk import arrivals, crowd
from tongban.demo.city.bulk.clones import Cloner, Numbers
from tongban.demo.city.bulk.copying import copy
from tongban.demo.city.bulk.crowd import Resident
from tongban.demo.city.bulk.holes import Pattern
from tongban.demo.city.bulk.patterns import make_patterns
from tongban.exchange.libraries.models import Person
from tongban.exchange.licences.models import Licence
from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases.models import (
    Application,
    Attachment,
    Case,
    CaseDependency,
    CaseMaterial,
    Correction,
    NumberSeries,
    Step,
)
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.site.starting import close_connections
from tongban.supervision.ratings.models import Rating
from tongban.trust.files.models import StoredFile
from tongban.trust.ledger.models import Entry

Say = Callable[[str], None]
ITEMS = 24
"""The number of different items in the cases."""
PERSONS_PER_CASE = 1 / 40
DAYS = 365
CHUNK = 1500
"""Applications per COPY: many enough to be fast, few enough to fit in memory."""
PATTERN_APPLICANT = "liuyang"
ORDER = (
    StoredFile,
    Application,
    Attachment,
    Case,
    CaseDependency,
    CaseMaterial,
    Step,
    Correction,
    Licence,
    Rating,
    Entry,
)
INSTANT_SHARE = 0.35
STILL_OPEN = 12
"""Working days after which no case is open any more."""


def grow(cases: int, persons: int, say: Say, *, processes: int | None = None) -> None:
    """Add persons and cases until there are `persons` and `cases`. With 0 persons their number follows from the cases.

    Each day is written completely or not at all, so an interrupted run can be repeated to continue.
    """
    began = time.monotonic()
    workers = processes or min(4, os.cpu_count() or 1)
    chance = Random(f"{cases} {Case.objects.count()}")
    missing = cases - Case.objects.count()
    missing_persons = (persons or max(100, int(cases * PERSONS_PER_CASE))) - Person.objects.count()
    settling = _start(workers, [partial(crowd.settle, missing_persons, chance)]) if missing_persons > 0 else []
    finished: list[Pattern] = []
    running: list[Pattern] = []
    if missing > 0:  # in parallel to the persons
        applicant = identity.actor_of(Account.objects.get(login_name=PATTERN_APPLICANT))
        finished, running = make_patterns(ITEMS, applicant)
        say(f"样式：{len(finished)} 种办完的，{len(running)} 种在办的，{time.monotonic() - began:.0f} 秒")
    _wait_for(settling)
    if missing_persons > 0:
        say(f"居民：新增 {missing_persons} 人，{time.monotonic() - began:.0f} 秒")
    if missing <= 0:
        return
    today = clock.legal_day(clock.now())
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    per_day = arrivals.spread(workdays.calendar(), days, missing)
    people = crowd.residents()
    shares = [dict(list(per_day.items())[of::workers]) for of in range(workers)]
    _wait_for(_start(workers, [partial(_write_days, share, finished, running, people) for share in shares]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seconds = time.monotonic() - began
    say(f"办件：新增 {missing} 件，共 {seconds:.0f} 秒，每秒 {missing / seconds:.0f} 件")


def _start(workers: int, work: list[Callable[[], None]]) -> list[ForkProcess]:
    """Start a process for each function, or with only one worker call the functions here and return no process."""
    if workers == 1:
        for do in work:
            do()
        return []
    connections.close_all()
    close_connections()  # a process must not use connections that another has opened
    processes = [multiprocessing.get_context("fork").Process(target=_in_process, args=(do,)) for do in work]
    for process in processes:
        process.start()
    return processes


def _in_process(do: Callable[[], None]) -> None:
    do()
    connections.close_all()


def _wait_for(processes: list[ForkProcess]) -> None:
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process of the bulk build failed; complete days are kept, so run it again to continue")


def _write_days(
    per_day: dict[date, int], finished: list[Pattern], running: list[Pattern], people: list[Resident]
) -> None:
    calendar, today = workdays.calendar(), clock.legal_day(clock.now())
    for day, count in per_day.items():
        chance = Random(new_id().int)  # ids are derived from it, so each run needs its own
        choose = chooser(finished, running, calendar.workdays_between(day, today), chance)
        with transaction.atomic():
            numbers = Numbers(dict(_series(day)))
            cloner = Cloner(calendar, numbers, chance)
            for done, at in enumerate(arrivals.moments(day, count, chance, clock.CITY_TIME), 1):
                cloner.clone(choose(), chance.choice(people), at)
                if done % CHUNK == 0:
                    _flush(cloner)
            _flush(cloner)
            _keep_series(numbers)


def chooser(finished: list[Pattern], running: list[Pattern], left: int, chance: Random) -> Callable[[], Pattern]:
    """Return a function that draws patterns by their shares, for a day that is `left` working days before today.

    On the last days, more and more patterns are of cases that are still open.
    """
    instant = [one for one in finished if one.instant]
    done = [one for one in finished if not one.instant and one.workdays < left]
    open_now = [one for one in running if one.workdays < left] if left <= STILL_OPEN else []
    groups = [
        (instant, INSTANT_SHARE, [1.0] * len(instant)),
        (done, (1 - INSTANT_SHARE) * (min(left, STILL_OPEN) / STILL_OPEN), [one.scenario.share for one in done]),
        (open_now, (1 - INSTANT_SHARE) * (1 - left / STILL_OPEN), [one.scenario.share for one in open_now]),
    ]
    groups = [group for group in groups if group[0] and group[1] > 0]
    sums = [list(accumulate(weights)) for _, _, weights in groups]
    shares = list(accumulate(share for _, share, _ in groups))

    def choose() -> Pattern:
        which = bisect(shares, chance.random() * shares[-1])
        return groups[which][0][bisect(sums[which], chance.random() * sums[which][-1])]

    return choose


def _flush(cloner: Cloner) -> None:
    rows = cloner.rows()
    for model in ORDER:
        if model in rows:
            copy(model, rows[model])


def _series(day: date) -> Iterator[tuple[tuple[date, str], int]]:
    for row in NumberSeries.objects.filter(day=day):
        yield (row.day, row.department_code), row.last


def _keep_series(numbers: Numbers) -> None:
    NumberSeries.objects.bulk_create(
        [NumberSeries(day=day, department_code=code, last=last) for (day, code), last in numbers.last.items()],
        update_conflicts=True,
        unique_fields=["day", "department_code"],
        update_fields=["last"],
    )
