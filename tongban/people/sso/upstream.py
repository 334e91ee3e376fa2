"""Our adapter for allauth when somebody signs in by the national platform (`SOCIALACCOUNT_ADAPTER`)."""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import Provider
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from tongban.foundation.texts import is_storable
from tongban.foundation.typed import resident_number
from tongban.people.identity.queries import Account
from tongban.people.sso.provider import nonce_is_ours
from tongban.people.sso.services.upstream import NATIONAL, VerifiedPerson, account_of_verified

FAILED = "没有登录成功。请再试一次，或改用其他方式登录。"


class SocialAdapter(DefaultSocialAccountAdapter):
    """Everybody who arrives is a person with a number: there is no sign-up form and no account without a subject."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if not nonce_is_ours(sociallogin):
            self.on_authentication_error(request, sociallogin.provider)
        answer: dict[str, object] = sociallogin.told
        if not all(is_storable(str(answer.get(name, ""))) for name in ("name", "number")):
            self.on_authentication_error(request, sociallogin.provider)
        verified = VerifiedPerson(
            name=str(answer.get("name", "")),
            number=resident_number(str(answer.get("number", ""))),
            level={"L1": 1, "L2": 2, "L3": 3}.get(str(answer.get("level")), 0),
            kind=NATIONAL,
            reference=sociallogin.account.uid,
        )
        account = account_of_verified(verified, current=request.user if isinstance(request.user, Account) else None)
        if not sociallogin.is_existing:
            sociallogin.connect(request, account)
        elif sociallogin.user.pk != account.pk:
            sociallogin.account.user = sociallogin.user = account
            sociallogin.account.save(update_fields=["user"])

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, object] | None = None,
    ) -> None:
        messages.error(request, FAILED)
        raise ImmediateHttpResponse(redirect("account_login"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False
