"""`bench signin`: the cost of signing in; the limit is the bare password hash, which should be most of that cost.

Token introspections and policy decisions are measured too, in modules of their own (`OTHERS`).
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.hashers import check_password

from tongban.bench import deciding, introspection
from tongban.bench.browser import Browser, Refused
from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.load import Going, together
from tongban.bench.problems import Problems
from tongban.bench.server import web
from tongban.bench.transports import OverHttp
from tongban.demo.city.founding import PASSWORD
from tongban.people.identity.models import Account
from tongban.people.signin import services

OTHERS: dict[str, Callable[[int, Problems], Figures]] = {
    "token_introspections": introspection.run,
    "policy_decisions": deciding.run,
}
"""Name of the figures -> function that measures them, given the number of repetitions."""
ADDRESS, SOMEBODY = "192.0.2.1", "liwenmin"


def run(problems: Problems, *, times: int = 60, clients: int = 4, seconds: float = 10) -> Figures:
    """Measure sign-ins per second in this process and over HTTP, each with its ratio to the bare hash."""
    some = Account.objects.filter(login_name=SOMEBODY).first()
    if some is None or not check_password(PASSWORD, some.password):
        raise SystemExit("The demo city is not built here, so there is nobody to sign in: manage.py city build")
    encoded = some.password
    accounts = list(Account.objects.filter(password=encoded, is_active=True).order_by("login_name")[:20])
    bare = timed(lambda: check_password(PASSWORD, encoded), times=times)
    names = iter([accounts[i % len(accounts)].login_name for i in range(times + 1)])
    proved = timed(lambda: services.prove_password(next(names), PASSWORD, address=ADDRESS), times=times)
    signed_in, took = _over_http([a.login_name for a in accounts], clients, seconds, problems)
    hashed = _hashes_a_second(encoded, clients, min(seconds, 5), problems)
    per_second = round(len(signed_in) / took, 1)
    return {
        "bench": "signin",
        "hash": encoded.partition("$")[0],
        "service": percentiles(proved)
        | {"per_second": round(1000 * times / sum(proved), 1), "ratio": ratio(sum(bare), sum(proved))},
        "http": percentiles(signed_in)
        | {"per_second": per_second, "ratio": ratio(per_second, hashed), "clients": clients},
        "bare_hash": percentiles(bare)
        | {"per_second": round(1000 * times / sum(bare), 1), "per_second_together": hashed},
        **{name: measure(times, problems) for name, measure in OTHERS.items()},
    }


def _hashes_a_second(encoded: str, clients: int, seconds: float, problems: Problems) -> float:
    """Return the bare hashes per second of `clients` concurrent threads."""
    done = [0] * clients

    def work(number: int, going: Going) -> None:
        while going():
            problems.expect(check_password(PASSWORD, encoded), "the bare hash refused the password")
            done[number] += 1

    return round(sum(done) / together(clients, seconds, work, problems), 1)


def _over_http(names: list[str], clients: int, seconds: float, problems: Problems) -> tuple[list[float], float]:
    """Sign in through the real server, page and form. Return the milliseconds of each, and the seconds."""
    taken: list[float] = []
    with web(problems) as server:
        _sign_in(server.port, names[0], problems)

        def work(number: int, going: Going) -> None:
            turn = number
            while going():
                start = time.perf_counter()
                if _sign_in(server.port, names[turn % len(names)], problems):
                    taken.append((time.perf_counter() - start) * 1000)
                turn += clients

        took = together(clients, seconds, work, problems)
    return taken or [0.0], took


def _sign_in(port: int, name: str, problems: Problems) -> bool:
    """Sign in with a new browser, and count it as a problem if no session begins."""
    browser = Browser(OverHttp(port))
    try:
        browser.sign_in(name, PASSWORD)
    except Refused as refused:
        problems.add(str(refused))
        return False
    return problems.expect(settings.SESSION_COOKIE_NAME in browser.cookies, f"{name} got no session")
