"""Check, publish and withdraw items and bundles, and list missing departments and unsuccessful searches.

manage.py catalog check [PATH …] [--remarks]
manage.py catalog departments [PATH …]
manage.py catalog load [PATH …] [--reason TEXT]
manage.py catalog withdraw CODE … --reason TEXT
manage.py catalog queries
"""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tongban.foundation.errors import DomainError
from tongban.handling.catalog import queries, reading, services
from tongban.people.identity.console import console
from tongban.people.organisation import queries as organisation

GRADES = ("error", "warning", "to be completed")


class Command(BaseCommand):
    help = "Check catalogue files, publish their new versions, withdraw items, or list unsuccessful searches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["check", "departments", "load", "withdraw", "queries"])
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            help="files or folders (default: the shipped catalogue); for withdraw, item codes",
        )
        parser.add_argument("--reason", default="", help="reason, recorded in the ledger; required for withdraw")
        parser.add_argument("--remarks", action="store_true", help="list what is to be completed, too")

    def handle(
        self, *args: object, action: str, paths: list[Path], remarks: bool, reason: str, **options: object
    ) -> None:
        if action == "check":
            self._check(paths, everything=remarks)
        elif action == "departments":
            self._departments(paths)
        elif action == "load":
            self._load(paths, reason or "命令行发布")
        elif action == "queries":
            for words, times in queries.frequent_queries():
                self.stdout.write(f"{times:6}  {words}")
        else:
            self._withdraw([str(path) for path in paths], reason)

    def _withdraw(self, codes: list[str], reason: str) -> None:
        for code in codes:
            try:
                services.withdraw_item(code, reason=reason, actor=console("catalog.withdraw"))
            except DomainError as error:
                raise CommandError(error.message) from error
            self.stdout.write(f"{code} withdrawn")

    def _check(self, paths: list[Path], *, everything: bool) -> None:
        """List errors, then warnings, then what is to be completed; the last only if asked, since it is long."""
        documents = reading.read_all(reading.files(paths))
        found: dict[str, list[reading.Remark]] = {grade: [] for grade in GRADES}
        for document in documents:
            for remark in sorted(document.remarks, key=lambda r: r.line):
                found[remark.grade].append(remark)
        for grade in GRADES if everything else GRADES[:2]:
            for remark in found[grade]:
                self.stdout.write(_shown(remark))
        more = "" if everything or not found[GRADES[2]] else " (--remarks lists them)"
        counted = ", ".join(f"{len(found[grade])} {grade}" for grade in GRADES)
        self.stdout.write(f"{len(documents)} files: {counted}{more}")
        if found["error"]:
            sys.exit(1)

    def _departments(self, paths: list[Path]) -> None:
        """List the departments that the files name, and say which are not established."""
        named = reading.departments_of(reading.read_all(reading.files(paths)))
        known = organisation.names_known(named)
        for name, where in sorted(named.items(), key=lambda one: (one[0] in known, one[0])):
            keys = ", ".join(where[:5]) + (f" and {len(where) - 5} more" if len(where) > 5 else "")
            self.stdout.write(f"{'established' if name in known else 'missing':<13}{name}  ({keys})")
        missing = len(named) - len(known)
        self.stdout.write(f"{len(named)} departments: {missing} missing")
        if missing:
            sys.exit(1)

    def _load(self, paths: list[Path], reason: str) -> None:
        start = time.monotonic()
        try:
            loaded = services.load_catalog(paths, actor=console("catalog.load"), reason=reason)
        except DomainError as error:
            raise CommandError(error.message) from error
        seconds = time.monotonic() - start
        self.stdout.write(f"{len(loaded.published)} published, {loaded.unchanged} unchanged in {seconds:.1f} s")


def _shown(remark: reading.Remark) -> str:
    here = Path.cwd()
    path = remark.path.resolve()
    name = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{name}:{remark.line}: {remark.grade}: {remark.sentence}"
