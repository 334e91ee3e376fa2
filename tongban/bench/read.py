"""`bench read`: requests per second of frequent pages, compared with a bare view that returns the same bytes."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tongban.bench.browser import Browser
from tongban.bench.figures import Figures, percentiles, ratio
from tongban.bench.load import PASSWORD, Going, accounts, together
from tongban.bench.problems import Problems
from tongban.bench.server import web
from tongban.bench.transports import OverHttp

WARM_UP = 3.0
"""Seconds that are not measured, because templates and catalogue are read at their first use."""
PAGES = {
    "home": "/",
    "guide": "/bundles/birth/",
    "search": "/search/?q=%E8%BA%AB%E4%BB%BD%E8%AF%81",
    "my_cases": "/my/",
}
"""Pages by the name of the figure. 身份证 is searched for."""
FOR_NOBODY = ("home", "guide", "search")
"""Pages that are also asked for without signing in."""
SHARE_OF_BYTES = 0.05
"""How much the size of an answer may differ from the first one: names and messages."""


def run(problems: Problems, *, clients: int, seconds: float) -> Figures:
    """Measure each page signed in, and those that are open to everybody also signed out."""
    names = [account.login_name for account in accounts(clients)]
    found: Figures = {"bench": "read", "clients": clients}
    with web(problems) as server:
        measured = {}
        for name, path in PAGES.items():
            browsers = [Browser(OverHttp(server.port)) for _ in names]
            if name in FOR_NOBODY:
                measured[name] = _load(browsers, path, seconds, problems)
            for browser, login_name in zip(browsers, names, strict=True):
                browser.sign_in(login_name, PASSWORD)
            measured[f"{name}_signed_in"] = _load(browsers, path, seconds, problems)
    bare_rates = _bare({name: content for name, (content, _, _) in measured.items()}, clients, seconds / 2, problems)
    for name, (content, rate, times) in measured.items():
        bare = bare_rates[name]
        found[name] = {
            "per_second": round(rate, 1),
            **percentiles(times),
            "bytes": len(content),
            "bare_per_second": round(bare, 1),
            "ratio": ratio(rate, bare),
        }
    return found


def _load(browsers: list[Browser], path: str, seconds: float, problems: Problems) -> tuple[bytes, float, list[float]]:
    """Request a page with all browsers concurrently. Return one answer, requests per second, and their milliseconds.

    People have pages of different sizes, so each answer is compared with the first one of its own browser.
    """
    first = [browser.get(path).body for browser in browsers]
    taken: list[float] = []

    def work(number: int, going: Going, times: list[float]) -> None:
        while going():
            answer = browsers[number].get(path)
            wanted = len(first[number])
            right = answer.status == 200 and abs(len(answer.body) - wanted) <= wanted * SHARE_OF_BYTES
            if problems.expect(right, f"{path} answered {answer.status} with {len(answer.body)} of {wanted} bytes"):
                times.append(answer.ms)

    together(len(browsers), min(WARM_UP, seconds), lambda number, going: work(number, going, []), problems)
    took = together(len(browsers), seconds, lambda number, going: work(number, going, taken), problems)
    return first[0], len(taken) / took, taken or [0.0]


def _bare(contents: Mapping[str, bytes], clients: int, seconds: float, problems: Problems) -> dict[str, float]:
    """Return the requests per second of the bare view for each of the contents, by their names."""
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in contents.items():
            Path(folder, name).write_bytes(content)
        with web(problems, "tongban.bench.bare:application", TONGBAN_BENCH_PAGES=folder) as server:
            for name, content in contents.items():
                browsers = [Browser(OverHttp(server.port)) for _ in range(clients)]
                found, rates[name], _ = _load(browsers, f"/{name}", seconds, problems)
                problems.expect(found == content, f"the bare view returned {len(found)} bytes, not those of {name}")
    return rates
