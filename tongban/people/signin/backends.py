"""Django's authentication backend for our accounts: finds who is signed in, and checks passwords."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from tongban.foundation.errors import DomainError
from tongban.people.identity.queries import Account
from tongban.people.signin import reading


class AccountBackend(ModelBackend):
    """Serves `authenticate(request, login_name=…, password=…)`. A closed account never authenticates."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        *,
        login_name: str = "",
        **other: object,
    ) -> Account | None:
        from tongban.people.signin import services
        from tongban.people.signin.addresses import address_of

        if not login_name or not password:
            return None
        try:
            return services.prove_password(login_name, password, address=address_of(request))
        except DomainError:
            return None

    def get_user(self, user_id: UUID) -> Account | None:
        """Return the account of a session while it is open, with its standing and whether it has a second factor."""
        account = reading.account_of_session(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None
