"""`manage.py systems samples`: register sample systems and print how to use them.

Two are those of `examples/`, at which people sign in. The third is a service, which gets tokens in its own name."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.errors import NotFound
from tongban.people.identity import queries as identity
from tongban.people.organisation import queries as organisation
from tongban.people.sso import services
from tongban.people.sso.models import System

SAMPLES = (
    ("housing_fund", 9101, "住房公积金", "查询和提取您的住房公积金", "《住房公积金管理条例》第五条"),
    ("real_estate", 9102, "不动产登记", "查询您名下的不动产登记", ""),
)
SERVICE: dict[str, object] = {
    "name": "令牌查验",
    "kind": "service",
    "purpose": "查验其他系统收到的令牌",
    "redirect_uris": [],
    "scopes": {"introspection": "查验令牌"},
}
BUREAU = "市政务服务和数据管理局"


class Command(BaseCommand):
    help = "Register sample systems that are connected by single sign-on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["samples"])

    def handle(self, *args: object, **options: object) -> None:
        if settings.PRODUCTION:
            raise CommandError("这是正式环境：示例系统只登记在演示城市里。")
        try:
            bureau = organisation.department_named(BUREAU).id
            department = next(d for d in organisation.departments() if "自然资源" in d.name).id
            owner = identity.officer_in(department, "head")
            reviewer = identity.officer_in(bureau, "system-admin")
            security = identity.officer_in(bureau, "security-admin")
        except (NotFound, StopIteration):
            raise CommandError("还没有建好演示城市，请先运行 manage.py city build。") from None
        contact = next(post.post_id for post in owner.posts if post.department_id == department)

        def registered(wanted: dict[str, object]) -> tuple[System, str]:
            """Register a system unless it is registered. Return it with a new secret."""
            system = System.objects.filter(department_id=department, name=wanted["name"]).first()
            if system is None:
                system = services.draft_system(department, contact_id=contact, wanted=wanted, actor=owner)
                services.submit_system(system.id, actor=owner)
                services.agree_to_data(system.id, reason="演示", actor=security)
                system = services.approve_system(system.id, reason="演示", actor=reviewer)
            return system, services.make_secret(system.id, actor=owner)[1]

        for program, port, name, purpose, duty in SAMPLES:
            here = f"http://localhost:{port}"
            system, secret = registered(
                {
                    "name": name,
                    "kind": "web",
                    "purpose": purpose,
                    "redirect_uris": [f"{here}/callback"],
                    "post_logout_uris": [f"{here}/"],
                    "logout_uri": f"{here}/backchannel-logout",
                    "scopes": {"openid": "", "real-name": "办理业务要核对本人"},
                    "duty": duty,
                }
            )
            self.stdout.write(
                f"python examples/{program}.py --port {port} --issuer {settings.PUBLIC_ADDRESS}"
                f" --client-id {system.client_id} --client-secret {secret}"
            )
        system, secret = registered(SERVICE)
        self.stdout.write(f"CLIENT_ID={system.client_id} CLIENT_SECRET={secret}  # {SERVICE['name']}")
