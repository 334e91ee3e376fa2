"""The demo city: `city build`, `city history`, `city sign-ins`, `city check`."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.demo.city import build, signins


class Command(BaseCommand):
    help = "Build the demo city Yunzhou, give it a history, print its sign-ins, check what must hold."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, help_ in (
            ("build", "build the city, if it is not there"),
            ("history", "give it a year of cases"),
            ("sign-ins", "print the demo sign-ins"),
            ("check", "check what must hold; exit 1 when something does not"),
        ):
            action = actions.add_parser(name, help=help_)
            if name in {"build", "history"}:
                action.add_argument("--yes", action="store_true", help="do it in a production environment too")
            if name == "build":
                action.add_argument("--cases", type=int, default=0, help="bring the city to so many cases, in bulk")
                action.add_argument("--persons", type=int, default=0, help="and to so many persons")
            if name == "history":
                action.add_argument("--cases", type=int, default=300)

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        getattr(self, f"do_{action.replace('-', '_')}")(**options)

    def do_build(self, *, yes: bool, cases: int, persons: int, **options: Any) -> None:
        self._refuse_production(yes)
        self._build_small()
        if cases or persons:
            from tongban.demo.city.bulk.grow import grow

            call_command("catalog", "load")
            grow(cases, persons, self.stdout.write)

    def _build_small(self) -> None:
        if build.is_built():
            appointed = build.complete()
            self.stdout.write(
                f"云州市已经建好，{f'补充了平台管理员 {appointed} 名' if appointed else '不用重复建立'}。"
            )
            return
        try:
            build.build(self.stdout.write)
        except build.CityExists as there:
            self.stdout.write(there.message)
            return
        self.stdout.write("云州市建好了。演示账号：manage.py city sign-ins")

    def do_history(self, *, yes: bool, cases: int, **options: Any) -> None:
        from tongban.demo.city.past import write_past

        self._refuse_production(yes)
        if not build.is_built():
            raise CommandError("还没有云州市，请先运行 manage.py city build。")
        self.stdout.write(f"办件历史：新增 {write_past(cases, self.stdout.write)} 件")

    def do_sign_ins(self, **options: Any) -> None:
        self.stdout.write(f"所有演示账号的密码都是：{build.PASSWORD}\n")
        for login_name, who in signins.sign_ins():
            self.stdout.write(f"  {login_name:<19}{who}")

    def do_check(self, **options: Any) -> None:
        from tongban.demo.city import checks

        findings = checks.findings()
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            raise CommandError(f"{len(findings)} 处不符合，请按上面的说明检查。")
        self.stdout.write(f"{len(checks.CHECKS)} 组检查全部通过。")

    def _refuse_production(self, yes: bool) -> None:
        if settings.PRODUCTION and not yes:
            raise CommandError("这是正式环境：演示城市会开出公开密码的账号。确实要建，请加上 --yes。")
