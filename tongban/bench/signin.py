"""`bench signin`: the cost of signing in; the limit is the bare password hash, which should be most of that cost.

Token introspections and policy decisions are measured too, in modules of their own (`OTHERS`).
"""

import http.client
import re
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.hashers import check_password
from django.db import connection

from tongban.bench import deciding, introspection
from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.web import running_server
from tongban.demo.city.founding import PASSWORD
from tongban.people.identity.models import Account
from tongban.people.signin import services

OTHERS: dict[str, Callable[[int], Figures]] = {
    "token_introspections": introspection.run,
    "policy_decisions": deciding.run,
}
"""Name of the figures -> function that measures them, given the number of repetitions."""
ADDRESS, SOMEBODY = "192.0.2.1", "liwenmin"


def run(*, times: int = 60, clients: int = 4, seconds: float = 10) -> Figures:
    """Measure sign-ins per second in this process and over HTTP, each with its ratio to the bare hash."""
    some = Account.objects.filter(login_name=SOMEBODY).first()
    if some is None or not check_password(PASSWORD, some.password):
        raise SystemExit("The demo city is not built here, so there is nobody to sign in: manage.py city build")
    encoded = some.password
    accounts = list(Account.objects.filter(password=encoded, is_active=True).order_by("login_name")[:20])
    bare = timed(lambda: check_password(PASSWORD, encoded), times=times)
    names = iter([accounts[i % len(accounts)].login_name for i in range(times + 1)])
    proved = timed(lambda: services.prove_password(next(names), PASSWORD, address=ADDRESS), times=times)
    web, wrong, took = _over_http([a.login_name for a in accounts], clients, seconds)
    hashed = _hashes_a_second(encoded, clients, min(seconds, 5))
    per_second = round(len(web) / took, 1)
    return {
        "bench": "signin",
        "hash": encoded.partition("$")[0],
        "service": percentiles(proved)
        | {"per_second": round(1000 * times / sum(proved), 1), "ratio": ratio(sum(bare), sum(proved))},
        "http": percentiles(web)
        | {"per_second": per_second, "ratio": ratio(per_second, hashed), "clients": clients, "refused": wrong},
        "bare_hash": percentiles(bare)
        | {"per_second": round(1000 * times / sum(bare), 1), "per_second_together": hashed},
        **{name: measure(times) for name, measure in OTHERS.items()},
    }


def _hashes_a_second(encoded: str, clients: int, seconds: float) -> float:
    """Return the bare hashes per second of `clients` concurrent threads."""
    done = [0] * clients
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        while time.monotonic() < until:
            check_password(PASSWORD, encoded)
            done[number] += 1

    _in_threads(clients, work)
    return round(sum(done) / seconds, 1)


def _over_http(names: list[str], clients: int, seconds: float) -> tuple[list[float], int, float]:
    """Sign in through the real server, page and form. Return the milliseconds of each, the refusals, the seconds."""
    taken: list[float] = []
    wrong = 0
    with running_server() as port:
        _sign_in(port, names[0])
        began = time.monotonic()

        def work(number: int) -> None:
            nonlocal wrong
            turn = number
            while time.monotonic() < began + seconds:
                start = time.perf_counter()
                if _sign_in(port, names[turn % len(names)]) in {302, 303}:
                    taken.append((time.perf_counter() - start) * 1000)
                else:
                    wrong += 1
                turn += clients

        _in_threads(clients, work)
        took = time.monotonic() - began
    return taken, wrong, took


def _sign_in(port: int, name: str) -> int:
    host = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    host.request("GET", "/sign-in/")
    answer = host.getresponse()
    page = answer.read().decode()
    cookie = re.search(r"csrftoken=(\w+)", answer.headers.get("Set-Cookie", ""))
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert cookie
    assert token
    body = urlencode({"login_name": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={cookie[1]}"}
    host.request("POST", "/sign-in/", body, headers)
    status = host.getresponse().status
    host.close()
    return status


def _in_threads(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
