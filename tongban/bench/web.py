"""`bench read` and `bench submit`: requests to the real server over HTTP, with persistent connections."""

import http.client
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from tongban.bench import interface, rows
from tongban.bench.figures import Figures, percentiles, ratio
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.people.signin.sessions import SessionStore
from tongban.site.bootstrap import ROOT
from tongban.site.run import web_command

ITEM = "HJ-09"
"""An item with two materials, both met by licences. The receipt is issued before the machine's decision."""
WARM_UP = 3.0
"""Seconds that are not measured, because templates and catalogue are read at their first use."""
Timings: TypeAlias = dict[str, list[float]]
"""Milliseconds of requests by the name of the step."""
Apply: TypeAlias = Callable[[Timings], None]
"""Makes one application and adds its timings."""
PAGES = {"home": "/", "guide": "/bundles/birth/", "my_cases": "/my/"}


class Browser:
    """One person with one connection."""

    def __init__(self, port: int, account: Account) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(account.pk), account.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        self.token = "b" * 32
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}; csrftoken={self.token}",
            "X-CSRFToken": self.token,
        }

    def get(self, path: str) -> tuple[int, str, bytes]:
        """Return status, `Location` and content."""
        return self._send("GET", path)

    def post(self, path: str, data: dict[str, str]) -> tuple[int, str, bytes]:
        """Post a form and return status, `Location` and content."""
        return self._send("POST", path, urlencode(data), {"Content-Type": "application/x-www-form-urlencoded"})

    def _send(
        self, method: str, path: str, body: str = "", more: dict[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        self.connection.request(method, path, body or None, self.headers | (more or {}))
        answer = self.connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read()


@contextmanager
def running_server(application: str = "", **environment: str) -> Iterator[int]:
    """Run the real web server on a free port. Yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = web_command(port)
    if application:
        command[1] = application
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def _together(clients: int, seconds: float, work: Callable[[int, "Callable[[], bool]"], None]) -> float:
    """Run `work` in `clients` threads for `seconds`. Return how many seconds it took."""
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=work, args=(n, lambda: time.monotonic() < until)) for n in range(clients)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def _accounts(count: int) -> list[Account]:
    people = Account.objects.filter(subject__kind="person", subject__appointments=None).order_by("login_name")
    found = list(people.exclude(subject__number_index=None)[:count])
    return [found[n % len(found)] for n in range(count)]


def read(*, clients: int, seconds: float) -> Figures:
    """Measure requests per second of frequent pages, compared with a bare view that returns the same bytes."""
    accounts, result = _accounts(clients), {}
    for name, path in PAGES.items():
        with running_server() as port:
            content = Browser(port, accounts[0]).get(path)[2]
            rate, times = _load(port, accounts, path, seconds)
        with tempfile.NamedTemporaryFile() as page:
            Path(page.name).write_bytes(content)
            with running_server("tongban.bench.bare:application", TONGBAN_BENCH_PAGE=page.name) as port:
                bare, _ = _load(port, accounts, "/", seconds / 2)
        result[name] = {
            "per_second": round(rate, 1),
            **percentiles(times),
            "bare_per_second": round(bare, 1),
            "ratio": ratio(rate, bare),
        }
    return {"bench": "read", "clients": clients, "pages": result}


def _load(port: int, accounts: list[Account], path: str, seconds: float) -> tuple[float, list[float]]:
    """Request a page with all accounts concurrently. Return requests per second and milliseconds of each."""
    browsers = [Browser(port, account) for account in accounts]
    _together(len(browsers), WARM_UP, lambda n, going: _look(going, browsers[n], path))
    taken: list[float] = []

    def work(n: int, going: Callable[[], bool]) -> None:
        while going():
            began = time.perf_counter()
            status, _, _ = browsers[n].get(path)
            taken.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}")

    took = _together(len(browsers), seconds, work)
    return len(taken) / took, taken


def _look(going: Callable[[], bool], browser: Browser, path: str) -> None:
    while going():
        browser.get(path)


def submit(*, clients: int, seconds: float) -> Figures:
    """Measure applications per second up to the receipt, by pages and by the interface, compared with prepared SQL."""
    accounts, answers = _accounts(clients), _answers()
    ways: dict[str, Callable[[int, Account], Apply]] = {
        "pages": lambda port, account: partial(_apply, Browser(port, account), answers),
        "api": lambda port, account: partial(interface.apply, interface.Machine(port, account), ITEM, answers),
        "api_at_once": lambda port, account: partial(
            interface.apply_at_once, interface.Machine(port, account), ITEM, answers
        ),
    }
    found: dict[str, tuple[float, Timings]] = {}
    with running_server() as port:
        for name, client in ways.items():
            found[name] = _applied([client(port, account) for account in accounts], seconds)
    bare, written = _bare(clients, seconds / 2, accounts[0])
    return {
        "bench": "submit",
        "item": f"{ITEM} {catalog.item(ITEM).name}",
        "clients": clients,
        **{name: _rate(took, taken, bare) for name, (took, taken) in found.items()},
        "bare_sql_applications_per_second": round(bare, 1),
        "bare_sql_rows": written,
    }


def _applied(clients: list[Apply], seconds: float) -> tuple[float, Timings]:
    """Let all clients apply repeatedly. Return the seconds it took and the milliseconds of each request."""

    def repeat(n: int, going: Callable[[], bool], taken: Timings) -> None:
        while going():
            clients[n](taken)

    _together(len(clients), WARM_UP, lambda n, going: repeat(n, going, defaultdict(list)))
    taken: Timings = defaultdict(list)
    return _together(len(clients), seconds, lambda n, going: repeat(n, going, taken)), taken


def _rate(took: float, taken: Timings, bare: float) -> Figures:
    done = len(taken["submission"])
    return {
        "applications_per_second": round(done / took, 1),
        "requests_per_application": sum(len(times) for times in taken.values()) // max(1, done),
        "requests": {name: percentiles(times) for name, times in taken.items()},
        "ratio": ratio(done / took, bare),
    }


def _answers() -> dict[str, str]:
    """Return answers for the form. Computed once, so that clients need no database connection."""
    form = catalog.item(ITEM).form
    answers = {field.key: field.choices[0][0] if field.choices else "办事使用" for field in form}
    return answers | {field.key: "13900001234" for field in form if field.kind == "phone"}


def _apply(browser: Browser, answers: dict[str, str], taken: Timings) -> None:
    """Make one application as a person does: start, fill in each page, view the materials, check, submit."""

    def click(name: str, path: str, data: dict[str, str]) -> tuple[int, str, bytes]:
        began = time.perf_counter()
        status, to, content = browser.post(path, data)
        taken[name].append((time.perf_counter() - began) * 1000)
        if status != 302:
            raise RuntimeError(f"{name}: {path} answered {status}")
        return status, to, content

    draft = click("start", f"/apply/item/{ITEM}/", {})[1]
    if answers:
        click("page", f"{draft}form/", answers)
    click("materials", f"{draft}materials/", {})
    began = time.perf_counter()
    content = browser.get(f"{draft}check/")[2].decode()
    taken["check"].append((time.perf_counter() - began) * 1000)
    checked = re.search(r'name="checked" value="(\w+)"', content)
    click("submission", f"{draft}check/", {"checked": checked[1] if checked else ""})


def _bare(clients: int, seconds: float, account: Account) -> tuple[float, dict[str, int]]:
    """Insert the same rows with prepared statements, one transaction per application.

    Return the applications per second and the number of rows per table.
    """
    ready = rows.application_statements(catalog.item(ITEM), identity.actor_of(account), clients)
    done = [0] * clients

    def work(n: int, going: Callable[[], bool]) -> None:
        with rows.connect() as own:
            for application in ready[n]:
                if not going():
                    break
                with own.transaction(), own.cursor() as cursor:
                    for statement in application:
                        cursor.execute(statement.text, statement.values, prepare=True)
                done[n] += 1

    took = _together(clients, seconds, work)
    return sum(done) / took, rows.count_rows(ready[0][0])
