"""The demo city: `city build`, `city history`, `city sign-ins`, `city check`."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.demo.city import build, signins
from tongban.demo.city.founding import PASSWORD


class Command(BaseCommand):
    help = "Build the demo city Yunzhou, add a history of cases, print its sign-ins, check its consistency."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        for name, help_ in (
            ("build", "build the city unless it exists"),
            ("history", "add a year of cases"),
            ("sign-ins", "print the demo sign-ins"),
            ("check", "check the consistency of the city; exit code 1 if there are findings"),
        ):
            action = actions.add_parser(name, help=help_)
            if name in {"build", "history"}:
                action.add_argument("--yes", action="store_true", help="allow this in a production environment")
            if name == "build":
                action.add_argument("--cases", type=int, default=0, help="add cases in bulk up to this number")
                action.add_argument("--persons", type=int, default=0, help="add persons in bulk up to this number")
            if name == "history":
                action.add_argument("--cases", type=int, default=300)

    def handle(self, *args: object, action: str, **options: object) -> None:
        getattr(self, f"do_{action.replace('-', '_')}")(**options)

    def do_build(self, *, yes: bool, cases: int, persons: int, **options: object) -> None:
        """Build the city and grow it if asked for."""
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

    def do_history(self, *, yes: bool, cases: int, **options: object) -> None:
        """Add a year of cases."""
        from tongban.demo.city.past import write_past

        self._refuse_production(yes)
        if not build.is_built():
            raise CommandError("还没有云州市，请先运行 manage.py city build。")
        self.stdout.write(f"办件历史：新增 {write_past(cases, self.stdout.write)} 件")

    def do_sign_ins(self, **options: object) -> None:
        """Print the sign-ins."""
        self.stdout.write(f"所有演示账号的密码都是：{PASSWORD}\n")
        for login_name, who in signins.sign_ins():
            self.stdout.write(f"  {login_name:<19}{who}")

    def do_check(self, **options: object) -> None:
        """Print all findings of the consistency checks."""
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
