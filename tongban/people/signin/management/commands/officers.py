"""`manage.py officers take-on|reissue`: appoint the first administrator, before anybody can use the pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.errors import DomainError
from tongban.people.identity import queries as identity
from tongban.people.identity.console import console
from tongban.people.organisation import queries as organisation
from tongban.people.organisation import services as organisations
from tongban.people.organisation.rules import POST_LABELS, PostKind
from tongban.people.signin import services
from tongban.people.signin.services.staffing import IssuedPassword


class Command(BaseCommand):
    help = "Appoint somebody to a post (established where it is missing), or issue their initial password again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["take-on", "reissue"])
        parser.add_argument("--department", required=True, help="full name of the department")
        parser.add_argument("--kind", default=PostKind.SYSTEM_ADMIN.value, choices=[kind.value for kind in PostKind])
        parser.add_argument("--name", default="", help="as on the identity document")
        parser.add_argument("--number", required=True, help="resident's number")
        parser.add_argument("--login", default="", help="login name of the account to open")
        parser.add_argument("--reason", default="命令行操作", help="kept in the ledger")

    def handle(self, *args: object, action: str, **options: Any) -> None:
        try:
            given = self._take_on(**options) if action == "take-on" else self._reissue(**options)
        except DomainError as error:
            raise CommandError(error.message) from error
        if given is None:
            self.stderr.write("Appointed; they sign in with the account that they have.")
        elif given.shown:
            self.stderr.write(f"Initial password of {given.account.login_name}, shown this once; it signs in once:")
            self.stdout.write(given.shown)
        else:
            self.stderr.write("The initial password was sent to the phone on record.")

    def _take_on(
        self, *, department: str, kind: str, name: str, number: str, login: str, **options: object
    ) -> IssuedPassword | None:
        by, office = console("officers.take-on"), organisation.department_named(department)
        post = organisation.posts(office.id).filter(kind=kind).first() or organisations.establish_post(
            office.id, kind=kind, name=f"{POST_LABELS[PostKind(kind)]}岗", actor=by
        )
        return services.take_on(post_id=post.id, name=name, number=number, login_name=login, actor=by)[1]

    def _reissue(self, *, department: str, number: str, reason: str, **options: object) -> IssuedPassword:
        person = identity.subject_by_number(number)
        if person is None:
            raise CommandError("nobody is registered under this number")
        return services.reissue_initial_password(
            person.id,
            department_id=organisation.department_named(department).id,
            in_person=True,
            reason=reason,
            actor=console("officers.reissue"),
        )
