"""The step of signing in that asks for more than a phone (手机号不等于本人).

A telephone number gets another holder sooner or later. Whoever enters a code alone from a browser that the account does
not trust is not signed in before one more proof, so nothing of the account opens to them.
"""

from enum import Enum

from allauth.account.stages import LoginStage
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.http import HttpResponse
from django.shortcuts import redirect

from tongban.people.identity.queries import Account
from tongban.people.signin import known_browsers, queries
from tongban.people.signin.rules import ON_SHARED_COMPUTER, SIGNED_IN_BY, SignInBy


class _Answer(Enum):
    ASK = "one more proof is needed"
    ENTER = "the proof opens this session only"
    TRUST = "the proof opens the session, and the account trusts the browser from now on"


class DeviceStage(LoginStage):
    """Follows the second factor, and asks nothing of those who gave one."""

    key = "signin.device"
    urlname = "signin:device"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        account = self.login.user
        answer = self._answer(account) if isinstance(account, Account) else _Answer.ASK
        if answer == _Answer.ASK:
            return redirect(self.urlname), True
        if answer == _Answer.TRUST and not self.login.state.get(ON_SHARED_COMPUTER):
            known_browsers.note_strong_proof(self.request)
        return None, True

    def _answer(self, account: Account) -> _Answer:
        """Return what the proofs so far open. A way to sign in that is not listed here opens nothing."""
        by = self.login.state.get(SIGNED_IN_BY)
        by_state = by == SignInBy.STATE_IDENTITY or "sociallogin" in (self.login.signal_kwargs or {})
        if self._gave_factor() or did_use_passwordless_login(self.request, account) or by_state:
            return _Answer.TRUST
        if by == SignInBy.REGISTRATION:
            return _Answer.ENTER
        if by not in {SignInBy.PASSWORD, SignInBy.CODE}:
            return _Answer.ASK
        if known_browsers.is_trusted(self.request, account):
            return _Answer.TRUST
        if by == SignInBy.PASSWORD:
            return _Answer.ASK if queries.rests_on_code(account) else _Answer.TRUST
        return _Answer.ENTER if queries.was_at_window(account) else _Answer.ASK

    def _gave_factor(self) -> bool:
        factor = self.controller.get_stage(AuthenticateStage.key)
        return factor is not None and bool(factor.state.get("authentication_required"))
