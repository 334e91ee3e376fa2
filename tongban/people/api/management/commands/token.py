"""`manage.py token issue|list|revoke`: manage tokens of the programming interface."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tongban.foundation.errors import DomainError
from tongban.people.api import queries, services
from tongban.people.api.scopes import SCOPES
from tongban.people.identity import queries as identity
from tongban.people.identity.console import console


class Command(BaseCommand):
    help = "Issue a token for the subject of an account, list their tokens, or revoke one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["issue", "list", "revoke"])
        parser.add_argument("--login", help="the account whose subject the token acts for")
        parser.add_argument("--scopes", default=",".join(SCOPES), help="comma-separated; all by default")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--label", default="命令行发放")
        parser.add_argument("--id", type=UUID, help="the token to revoke")
        parser.add_argument("--reason", default="命令行操作", help="kept in the ledger")

    def handle(self, *args: object, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _issue(self, *, login: str, scopes: str, days: int, label: str, reason: str, **options: object) -> None:
        account = identity.account_by_login_name(login or "")
        token, text = services.issue_token(
            identity.subject_of_account(login or ""),
            account_id=account.id if account else None,
            label=label,
            scopes=[scope for scope in scopes.split(",") if scope],
            days=days,
            actor=console("token.issue"),
            reason=reason,
        )
        self.stderr.write(f"{token.id}  {' '.join(token.scopes)}  until {token.expires_at:%Y-%m-%d}; shown this once:")
        self.stdout.write(text)

    def _list(self, *, login: str, **options: object) -> None:
        for token in queries.tokens_of(identity.subject_of_account(login or "")):
            state = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}"
            self.stdout.write(f"{token.id}  {state}  {' '.join(token.scopes)}  {token.label}")

    def _revoke(self, *, id: UUID, reason: str, **options: object) -> None:
        services.revoke_token(id, reason=reason, actor=console("token.revoke"))
        self.stdout.write(f"{id} revoked")
