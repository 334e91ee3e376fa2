"""Runs `bench submit` in its scratch city: costs in this process, then rates with and without the worker."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median

from django.db.models import QuerySet

from tongban.bench import processor, server
from tongban.bench.figures import Figures, percentiles, ratio
from tongban.bench.load import Going, Timings, accounts, together
from tongban.bench.problems import Problems, listening
from tongban.bench.statements import counted
from tongban.bench.submit import rows
from tongban.bench.submit.ways import WAYS, Apply
from tongban.bench.transports import InProcess, OverHttp
from tongban.foundation import clock
from tongban.handling.cases.models import Application, Case
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account

ITEM = "HJ-09"
"""An item with two materials, both met by licences. The receipt is issued before the machine's decision."""
WARM_UP = 3.0
"""Seconds that are not measured, because templates and catalogue are read at their first use."""
DECIDED_WITHIN = 180
"""Seconds after the last application within which the worker must have decided all of them."""
PHONE = "13900001234"


def run(problems: Problems, *, clients: int, seconds: float, times: int) -> Figures:
    """Measure each way: cost per application, applications per second, and applied and decided per second."""
    people, answers, began = accounts(clients), _answers(), clock.now()
    with listening(problems):
        costs = {name: _cost(name, people[0], answers, times, problems) for name in WAYS}
    with server.web(problems) as web:

        def ready(name: str) -> list[Apply]:
            return [WAYS[name](OverHttp(web.port), account, ITEM, answers) for account in people]

        with server.worker(problems) as worker:
            decided = _decided(ready("api_at_once"), web.pid, worker, began, seconds, problems)
        rates = {name: _rate(ready(name), web.pid, seconds, problems) for name in WAYS}
    bare, written = _bare(clients, seconds / 2, people[0], problems)
    for figures in rates.values():
        figures["ratio"] = ratio(float(str(figures["applications_per_second"])), bare)
    return {
        "bench": "submit",
        "item": f"{ITEM} {catalog.item(ITEM).name}",
        "clients": clients,
        "cost_in_process": costs,
        "worker_stopped": rates,
        "applied_and_decided": decided,
        "bare_sql_applications_per_second": round(bare, 1),
        "bare_sql_rows": written,
    }


def _answers() -> dict[str, str]:
    """Return answers for the form. Computed once, so that clients need no database connection."""
    form = catalog.item(ITEM).form
    answers = {field.key: field.choices[0][0] if field.choices else "办事使用" for field in form}
    return answers | {field.key: PHONE for field in form if field.kind == "phone"}


def _cost(name: str, account: Account, answers: dict[str, str], times: int, problems: Problems) -> Figures:
    """Make applications one after the other in this process, and return what each costs."""
    from tongban.site.wsgi import application

    apply = WAYS[name](InProcess(application), account, ITEM, answers)
    for _ in range(3):
        apply(defaultdict(list))
    database, numbers = processor.database_pid(), []
    before, python = processor.seconds_of(database), []
    with counted() as statements:
        for _ in range(times):
            taken: Timings = defaultdict(list)
            numbers.append(apply(taken))
            python.append(sum(sum(each) for each in taken.values()))
    postgres = processor.seconds_of(database) - before
    _check(numbers, problems)
    savepoints = sum("SAVEPOINT" in text for text in statements.texts)
    return {
        "requests": sum(len(each) for each in taken.values()),
        "statements": round(len(statements) / times, 1),
        "of_them_savepoints": round(savepoints / times, 1),
        "python_ms": round(median(python), 1),
        "python_least_ms": round(min(python), 1),
        "postgres_ms": round(postgres / times * 1000, 1),
    }


def _rate(clients: Sequence[Apply], web: int, seconds: float, problems: Problems) -> Figures:
    """Let all clients apply repeatedly with the city's worker stopped."""
    _repeat(clients, min(WARM_UP, seconds), problems)
    before = _processors(web)
    took, numbers, taken = _repeat(clients, seconds, problems)
    after = _processors(web)
    _check(numbers, problems)
    done = max(1, len(numbers))
    return {
        "applications_per_second": round(len(numbers) / took, 1),
        "python_ms": round((after[0] - before[0]) / done * 1000, 1),
        "postgres_ms": round((after[1] - before[1]) / done * 1000, 1),
        "requests": {name: percentiles(each) for name, each in taken.items()},
    }


def _decided(
    clients: Sequence[Apply], web: int, worker: int, since: datetime, seconds: float, problems: Problems
) -> Figures:
    """Let all clients apply while the worker runs, and wait until it has decided all of these cases.

    It first decides what this run has applied for since `since`.
    """
    _, earlier, _ = _repeat(clients, min(WARM_UP, seconds), problems)
    _wait_for_decisions(Case.objects.filter(application__submitted_at__gte=since), problems)
    before, worked = _processors(web), processor.seconds_of(worker)
    began = time.monotonic()
    applying, numbers, _ = _repeat(clients, seconds, problems)
    _wait_for_decisions(Case.objects.filter(application__number__in=numbers), problems)
    took = time.monotonic() - began
    after, works = _processors(web), processor.seconds_of(worker)
    _check([*earlier, *numbers], problems)
    done = max(1, len(numbers))
    return {
        "per_second": round(len(numbers) / took, 1),
        "applications": len(numbers),
        "seconds_of_applying": round(applying, 1),
        "seconds_until_all_were_decided": round(took, 1),
        "python_ms_web": round((after[0] - before[0]) / done * 1000, 1),
        "python_ms_worker": round((works - worked) / done * 1000, 1),
        "postgres_ms": round((after[1] - before[1]) / done * 1000, 1),
    }


def _processors(web: int) -> tuple[float, float]:
    """Return the processor seconds of the web server and of the database so far."""
    return processor.seconds_of(web), processor.seconds_of(processor.database_pid())


def _repeat(clients: Sequence[Apply], seconds: float, problems: Problems) -> tuple[float, list[str], Timings]:
    """Let all clients apply repeatedly. Return the seconds, the numbers and the milliseconds of each request."""
    numbers: list[str] = []
    taken: Timings = defaultdict(list)

    def repeat(number: int, going: Going) -> None:
        while going():
            numbers.append(clients[number](taken))

    return together(len(clients), seconds, repeat, problems), numbers, taken


def _wait_for_decisions(cases: QuerySet[Case], problems: Problems) -> None:
    """Wait until all of these cases are closed."""
    deadline = time.monotonic() + DECIDED_WITHIN
    while left := cases.filter(closed_at=None).count():
        if time.monotonic() > deadline:
            problems.add(f"{left} cases were not decided within {DECIDED_WITHIN} s")
            return
        time.sleep(0.2)


def _check(numbers: list[str], problems: Problems) -> None:
    """Every number is unique, and its application is in the database with a case."""
    problems.expect(len(set(numbers)) == len(numbers), "two applications got the same number")
    problems.expect(bool(numbers), "nobody could apply")
    stored = Application.objects.filter(number__in=numbers).exclude(cases=None).distinct().count()
    problems.expect(stored == len(set(numbers)), f"{len(numbers)} receipts, but {stored} applications with a case")


def _bare(clients: int, seconds: float, account: Account, problems: Problems) -> tuple[float, dict[str, int]]:
    """Insert the same rows with prepared statements, one transaction per application.

    Return the applications per second and the number of rows per table.
    """
    ready = rows.application_statements(catalog.item(ITEM), identity.actor_of(account), clients)
    done = [0] * clients

    def work(number: int, going: Callable[[], bool]) -> None:
        with rows.connect() as own:
            for application in ready[number]:
                if not going():
                    break
                with own.transaction(), own.cursor() as cursor:
                    for statement in application:
                        cursor.execute(statement.text, statement.values, prepare=True)
                done[number] += 1

    before = Application.objects.count()
    took = together(clients, seconds, work, problems)
    written = Application.objects.count() - before
    problems.expect(written == sum(done), f"the bare SQL wrote {written} applications of {sum(done)}")
    return sum(done) / took, rows.count_rows(ready[0][0])
