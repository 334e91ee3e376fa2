"""What allauth asks of us when somebody comes from the national platform (`SOCIALACCOUNT_ADAPTER`)."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from tongban.foundation.texts import is_storable
from tongban.people.identity.queries import Account
from tongban.people.sso.provider import nonce_is_ours
from tongban.people.sso.services.upstream import NATIONAL, Proven, account_of_proven

FAILED = "没有登录成功。请再试一次，或改用其他方式登录。"


class SocialAdapter(DefaultSocialAccountAdapter):
    """Whoever comes is a person with a number: there is no form to sign up, and no account without a subject."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if not nonce_is_ours(sociallogin):
            self.on_authentication_error(request, sociallogin.provider)
        told: dict[str, Any] = sociallogin.told
        if not all(is_storable(str(told.get(name, ""))) for name in ("name", "number")):
            self.on_authentication_error(request, sociallogin.provider)
        proven = Proven(
            name=str(told.get("name", "")),
            number=str(told.get("number", "")).upper(),
            level={"L1": 1, "L2": 2, "L3": 3}.get(str(told.get("level")), 0),
            kind=NATIONAL,
            reference=sociallogin.account.uid,
        )
        account = account_of_proven(proven, current=request.user if isinstance(request.user, Account) else None)
        if not sociallogin.is_existing:
            sociallogin.connect(request, account)
        elif sociallogin.user.pk != account.pk:
            sociallogin.account.user = sociallogin.user = account
            sociallogin.account.save(update_fields=["user"])

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        messages.error(request, FAILED)
        raise ImmediateHttpResponse(redirect("account_login"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False
