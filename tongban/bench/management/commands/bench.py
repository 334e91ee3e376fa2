"""`manage.py bench pages|read|submit|…`: run a benchmark in a scratch city and print its figures as JSON."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from tongban.bench import figures, scratch
from tongban.bench.figures import Figures
from tongban.bench.problems import Problems
from tongban.bench.table import BENCHES, Options
from tongban.site import processes
from tongban.site.bootstrap import ROOT


class Command(BaseCommand):
    help = (
        "Run a benchmark in a scratch city and print its figures as JSON, with their ratio to a bare limit of the same"
        " run. The exit code is 1 if anything in the run went wrong; `errors` says what."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=list(BENCHES))
        parser.add_argument("--clients", type=int, default=8, help="for submit, read, ledger, signin (default 8)")
        parser.add_argument("--seconds", type=float, default=10, help="for submit, read, ledger, signin (default 10)")
        parser.add_argument(
            "--times",
            type=int,
            default=60,
            help="repetitions of what is measured (default 60; of a page a third of them)",
        )
        parser.add_argument("--megabytes", type=int, default=100, help="for files (default 100)")
        parser.add_argument("--only", default="", help="for pages: the beginning of their names, such as catalog:")
        parser.add_argument("--city", type=Path, help="folder in which a base city is kept for the next runs")
        parser.add_argument(
            "--cases",
            type=int,
            default=scratch.CASES,
            help="past cases of the base city when it is built (default 300)",
        )
        parser.add_argument("--in-place", action="store_true", help="used by the command itself, in its scratch city")

    def handle(
        self,
        *args: object,
        what: str,
        clients: int,
        seconds: float,
        times: int,
        megabytes: int,
        only: str,
        city: Path | None,
        cases: int,
        in_place: bool,
        **options: object,
    ) -> None:
        wanted = Options(clients=clients, seconds=seconds, times=times, megabytes=megabytes, only=only)
        sys.exit(self._measure(what, wanted) if in_place else _in_scratch_city(what, wanted, city, cases))

    def _measure(self, what: str, wanted: Options) -> int:
        if not scratch.is_scratch(str(connection.settings_dict["NAME"])):
            raise CommandError("--in-place is for the scratch city that this command makes; leave it out.")
        problems = Problems()
        found = BENCHES[what](wanted, problems)
        self.stdout.write(_written(found | {"errors": problems.figures(), "where": figures.machine()}))
        return 1 if problems.count else 0


def _in_scratch_city(what: str, wanted: Options, city: Path | None, cases: int) -> int:
    command = ["bench", what, "--in-place", "--clients", str(wanted.clients)]
    command += [
        "--seconds",
        str(wanted.seconds),
        "--times",
        str(wanted.times),
        "--megabytes",
        str(wanted.megabytes),
        "--only",
        wanted.only,
    ]
    with scratch.city(city, cases) as environment:
        return processes.run([sys.executable, str(ROOT / "manage.py"), *command], environment).returncode


def _written(found: Figures) -> str:
    """Return JSON in which each figure and each row of a table has one line."""
    lines = []
    for key, value in found.items():
        text = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in value)
            text = f"[\n    {rows}\n  ]"
        lines.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}"
