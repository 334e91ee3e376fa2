"""The step of signing in that asks for more than a phone (手机号不等于本人).

A telephone number gets another holder sooner or later. Whoever signs in by a code alone from a browser that the account
does not know is not signed in before one more proof; so nothing of the account opens to them.
"""

from allauth.account.stages import LoginStage
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpResponse
from django.shortcuts import redirect

from tongban.people.identity.queries import Account
from tongban.people.signin import known_browsers, queries

BY = "by"
"""Key in the state of a sign-in: the first proof, as `views.entering.enter` records it."""
CODE, PASSWORD = "code", "password"


class DeviceStage(LoginStage):
    """Follows the second factor, and asks nothing of those who gave one."""

    key = "signin.device"
    urlname = "signin:device"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        account = self.login.user
        if not isinstance(account, Account) or self._is_proved(account):
            return None, True
        return redirect(self.urlname), True

    def _is_proved(self, account: Account) -> bool:
        first = self.login.state.get(BY)
        if first not in {CODE, PASSWORD}:
            return True
        factor = self.controller.get_stage(AuthenticateStage.key)
        if factor is not None and factor.state.get("authentication_required"):
            return True
        if first == PASSWORD:
            return not queries.rests_on_code(account) or known_browsers.is_trusted(self.request, account)
        return known_browsers.is_trusted(self.request, account) or queries.was_at_window(account)
