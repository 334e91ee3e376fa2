"""`bench read` and `bench submit`: over HTTP through the real server, with clients that keep their connections."""

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
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from tongban.bench import interface, rows
from tongban.bench.figures import ratio, shape
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity.models import Account
from tongban.people.signin.sessions import SessionStore
from tongban.site.bootstrap import ROOT
from tongban.site.run import web_command

ITEM = "HJ-09"
"""Two materials, both met by licences; the receipt comes before the machine's decision."""
WARM_UP = 3.0
"""Seconds that do not count: templates and catalogue are read at their first use."""
Taken = dict[str, list[float]]
PAGES = {"home": "/", "guide": "/bundles/birth/", "my_cases": "/my/"}


class Browser:
    """One person at one connection."""

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
        return self._send("GET", path)

    def post(self, path: str, data: dict[str, str]) -> tuple[int, str, bytes]:
        return self._send("POST", path, urlencode(data), {"Content-Type": "application/x-www-form-urlencoded"})

    def _send(
        self, method: str, path: str, body: str = "", more: dict[str, str] | None = None
    ) -> tuple[int, str, bytes]:
        self.connection.request(method, path, body or None, self.headers | (more or {}))
        answer = self.connection.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read()


@contextmanager
def served(application: str = "", **environment: str) -> Iterator[int]:
    """The real web server on a free port."""
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
    """Run `work` in so many threads until the time is over; how long it took."""
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


def read(*, clients: int, seconds: float) -> dict[str, Any]:
    """Requests a second of pages that everybody opens, against a bare view that answers the same bytes."""
    accounts, result = _accounts(clients), {}
    for name, path in PAGES.items():
        with served() as port:
            content = Browser(port, accounts[0]).get(path)[2]
            rate, times = _hammered(port, accounts, path, seconds)
        with tempfile.NamedTemporaryFile() as page:
            Path(page.name).write_bytes(content)
            with served("tongban.bench.bare:application", TONGBAN_BENCH_PAGE=page.name) as port:
                bare, _ = _hammered(port, accounts, "/", seconds / 2)
        result[name] = {
            "per_second": round(rate, 1),
            **shape(times),
            "bare_per_second": round(bare, 1),
            "ratio": ratio(rate, bare),
        }
    return {"bench": "read", "clients": clients, "pages": result}


def _hammered(port: int, accounts: list[Account], path: str, seconds: float) -> tuple[float, list[float]]:
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


def submit(*, clients: int, seconds: float) -> dict[str, Any]:
    """Applications a second to the receipt, by pages and by the interface, and the same rows by prepared SQL."""
    accounts, answers = _accounts(clients), _answers()
    ways: dict[str, tuple[Callable[[int, Account], Any], Callable[[Any, Taken], None]]] = {
        "pages": (Browser, lambda browser, taken: _apply(browser, answers, taken)),
        "api": (interface.Machine, lambda machine, taken: interface.apply(machine, ITEM, answers, taken)),
        "api_at_once": (
            interface.Machine,
            lambda machine, taken: interface.apply_at_once(machine, ITEM, answers, taken),
        ),
    }
    found: dict[str, tuple[float, Taken]] = {}
    with served() as port:
        for name, (client, apply) in ways.items():
            found[name] = _applied([client(port, account) for account in accounts], apply, seconds)
    bare, written = _bare(clients, seconds / 2, accounts[0])
    return {
        "bench": "submit",
        "item": f"{ITEM} {catalog.item(ITEM).name}",
        "clients": clients,
        **{name: _rate(took, taken, bare) for name, (took, taken) in found.items()},
        "bare_sql_applications_per_second": round(bare, 1),
        "bare_sql_rows": written,
    }


def _applied(clients: list[Any], apply: Callable[[Any, Taken], None], seconds: float) -> tuple[float, Taken]:
    """Let every client apply again and again: how long it took, and the milliseconds of each request."""

    def repeat(n: int, going: Callable[[], bool], taken: Taken) -> None:
        while going():
            apply(clients[n], taken)

    _together(len(clients), WARM_UP, lambda n, going: repeat(n, going, defaultdict(list)))
    taken: Taken = defaultdict(list)
    return _together(len(clients), seconds, lambda n, going: repeat(n, going, taken)), taken


def _rate(took: float, taken: Taken, bare: float) -> dict[str, Any]:
    done = len(taken["submission"])
    return {
        "applications_per_second": round(done / took, 1),
        "requests_per_application": sum(len(times) for times in taken.values()) // max(1, done),
        "requests": {name: shape(times) for name, times in taken.items()},
        "ratio": ratio(done / took, bare),
    }


def _answers() -> dict[str, str]:
    """What a person writes into the form; asked for once, so that clients need no connection of their own."""
    form = catalog.item(ITEM).form
    answers = {field.key: field.choices[0][0] if field.choices else "办事使用" for field in form}
    return answers | {field.key: "13900001234" for field in form if field.kind == "phone"}


def _apply(browser: Browser, answers: dict[str, str], taken: Taken) -> None:
    """One application as a person makes it: start, fill each page, look at the materials, check, submit."""

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
    """The rows of the same application by prepared statements, one transaction each: how many a second; which rows."""
    ready = rows.of_applications(catalog.item(ITEM), identity.actor_of(account), clients)
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
    return sum(done) / took, rows.counted(ready[0][0])
