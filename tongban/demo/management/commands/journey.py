"""`manage.py journey newborn|helper|all`: run a journey from application to verified results on this database."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.demo.journeys import helper, newborn, wide
from tongban.foundation.errors import DomainError


class Command(BaseCommand):
    help = "Run a whole journey through services; exit code 0 only if every case is closed and every result verifies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("journey", choices=["newborn", "helper", "all"])
        parser.add_argument("--items", type=int, default=40, help="number of single items for `all` (default 40)")

    def handle(self, *args: object, journey: str, items: int, **options: object) -> None:
        try:
            if journey == "newborn":
                good = newborn.run(self.stdout.write)
            elif journey == "helper":
                good = helper.run(self.stdout.write)
            else:
                good = wide.run(self.stdout.write, items=items)
        except (AssertionError, DomainError) as failure:
            raise CommandError(f"旅程没有走完：{failure}") from failure
        if not good:
            raise CommandError("旅程没有办成：见上面没有办结或验证不通过的各项。")
        self.stdout.write("全部办结，全部结果验证通过。")
