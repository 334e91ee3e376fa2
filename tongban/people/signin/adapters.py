"""Our adapters for allauth: who may sign in, what is shown, and how secrets are stored."""

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tongban.foundation.ui.shell import place
from tongban.people.identity import queries as identity
from tongban.people.signin.addresses import address_of, network_of
from tongban.people.signin.words import ERRORS, MESSAGES
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.masking import mask

SECRETS = b"mfa secret"
HOME = "/"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts have no e-mail address. Between the first proof and the session are the second factor and the device."""

    error_messages = DefaultAccountAdapter.error_messages | ERRORS

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage", "tongban.people.signin.device_stage.DeviceStage"]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        account = request.user
        actor = identity.actor_of(account) if isinstance(account, identity.Account) else None
        for_post = actor is not None and actor.is_officer and not actor.own
        return (place("desk") if for_post else "") or settings.LOGIN_REDIRECT_URL

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return HOME

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return only the network. The list of a person's sessions needs no more, and addresses are personal data."""
        return network_of(address_of(request))

    def is_safe_url(self, url: str) -> bool:
        return bool(url) and url.startswith("/") and super().is_safe_url(url)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False  # accounts are opened by our own registration

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        return False  # our pages ask for fresh proof themselves, by one rule for all rooms (stepup.py)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, "这个账号已经注销，不能登录。需要重新开通，请到就近的政务服务中心办理。")
        return redirect("account_login")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, object] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Show our own sentence for the template that allauth names, or nothing."""
        text = message or MESSAGES.get(message_template or "", "")
        if text:
            messages.add_message(request, level, text, extra_tags=extra_tags)


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted, their names are Chinese."""

    error_messages = DefaultMFAAdapter.error_messages | ERRORS

    def encrypt(self, text: str) -> str:
        return base64.b64encode(crypto.encrypt(text.encode(), bound_to=SECRETS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.b64decode(encrypted_text), bound_to=SECRETS).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether the factor may be removed: where factors are required, an officer keeps at least one."""
        account = identity.account_of(authenticator.user_id)
        if account is None or not settings.SECOND_FACTOR_REQUIRED or not identity.actor_of(account).is_officer:
            return True
        others = Authenticator.objects.filter(user_id=account.pk).exclude(id=authenticator.id)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "我的通行密钥" if not count else f"我的通行密钥 {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, object]:
        """Return what the device stores with the key: the masked name, never a number."""
        assert isinstance(user, identity.Account)
        shown = mask("name", identity.subject(user.subject_id).name)
        return super().get_public_key_credential_user_entity(user) | {"display_name": shown, "name": shown}

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        assert isinstance(user, identity.Account)
        return mask("name", identity.subject(user.subject_id).name)


class UserSessionsAdapter(DefaultUserSessionsAdapter):
    """Our service ends sessions and announces it."""
