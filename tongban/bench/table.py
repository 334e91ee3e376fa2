"""The benchmarks by name."""

from collections.abc import Callable
from dataclasses import dataclass

from tongban.bench import crypto, files, first_view, ledger, lists, read, search, signin
from tongban.bench.figures import Figures
from tongban.bench.pages.run import run as pages
from tongban.bench.problems import Problems
from tongban.bench.submit.run import run as submit


@dataclass(frozen=True)
class Options:
    """How much a benchmark does."""

    clients: int
    seconds: float
    times: int
    megabytes: int = 100
    only: str = ""
    """The beginning of the names of the pages to measure."""


BENCHES: dict[str, Callable[[Options, Problems], Figures]] = {
    "pages": lambda wanted, problems: pages(problems, times=max(1, wanted.times // 3), only=wanted.only),
    "first-view": lambda wanted, problems: first_view.run(problems),
    "read": lambda wanted, problems: read.run(problems, clients=wanted.clients, seconds=wanted.seconds),
    "submit": lambda wanted, problems: submit(
        problems, clients=wanted.clients, seconds=wanted.seconds, times=wanted.times
    ),
    "lists": lambda wanted, problems: lists.run(problems, times=wanted.times),
    "search": lambda wanted, problems: search.run(problems, times=wanted.times),
    "files": lambda wanted, problems: files.run(problems, megabytes=wanted.megabytes),
    "ledger": lambda wanted, problems: ledger.run(problems, clients=wanted.clients, seconds=wanted.seconds),
    "crypto": lambda wanted, problems: crypto.run(problems, times=wanted.times),
    "signin": lambda wanted, problems: signin.run(
        problems, times=wanted.times, clients=wanted.clients, seconds=wanted.seconds
    ),
}
"""Each measures in the scratch city of the settings, adds what went wrong to the problems, and returns its figures."""
