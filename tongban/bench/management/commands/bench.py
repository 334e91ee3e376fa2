"""`manage.py bench submit|read|lists|search|files|ledger|crypto|signin`: print figures and ratios as JSON."""

import json

from django.core.management.base import BaseCommand, CommandParser

from tongban.bench import crypto, figures, files, ledger, lists, search, signin, web


class Command(BaseCommand):
    help = "Run a benchmark and print its figures as JSON, with their ratio to a bare limit of the same run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what", choices=[*["submit", "read", "lists", "search", "files", "ledger", "crypto", "signin"]]
        )
        parser.add_argument("--clients", type=int, default=8, help="for submit, read, ledger (default 8)")
        parser.add_argument("--seconds", type=float, default=10, help="for submit, read, ledger (default 10)")
        parser.add_argument("--times", type=int, default=60, help="for lists, search, crypto (default 60)")
        parser.add_argument("--in-place", action="store_true", help="for ledger: this database, not a scratch one")

    def handle(
        self, *args: object, what: str, clients: int, seconds: float, times: int, in_place: bool, **options: object
    ) -> None:
        if what == "lists":
            found = lists.run(times=times)
        elif what == "search":
            found = search.run(times=times)
        elif what == "files":
            found = files.run()
        elif what == "ledger":
            found = (ledger.in_place if in_place else ledger.run)(clients=clients, seconds=seconds)
        elif what == "crypto":
            found = crypto.run(times=times)
        elif what == "signin":
            found = signin.run(times=times, clients=clients, seconds=seconds)
        elif what == "read":
            found = web.read(clients=clients, seconds=seconds)
        else:
            found = web.submit(clients=clients, seconds=seconds)
        self.stdout.write(json.dumps(found | {"where": figures.machine()}, ensure_ascii=False, indent=2))
