"""The national platform as an upstream provider of allauth, which finds providers by this file's name.

In addition to allauth's own checks, the ID token's signature and our nonce are always verified. Nothing of the answer
is stored in allauth's tables or the session.
"""

import hmac
from collections.abc import Mapping

from allauth.account.models import EmailAddress
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

Answer = Mapping[str, dict[str, str]]
"""The claims of the `userinfo` and of the `id_token`."""


class NationalOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return f"{settings.PUBLIC_ADDRESS}{reverse('sso:national-back')}"

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, object]:
        content: dict[str, object] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=settings.NATIONAL_OIDC_ISSUER,
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        return content


class NationalProvider(OpenIDConnectProvider):
    id = "national"
    name = "国家政务服务平台"
    oauth2_adapter_class = NationalOAuth2Adapter
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return ["openid", "real-name", "number"]

    def extract_uid(self, data: Answer) -> str:
        told, signed = data.get("userinfo", {}), data.get("id_token", {})
        if not signed.get("sub") or told.get("sub") != signed["sub"]:
            raise ProviderException("userinfo is of somebody else")
        return str(signed["sub"])

    def extract_extra_data(self, data: Answer) -> dict[str, object]:
        return {}

    def extract_common_fields(self, data: Answer) -> dict[str, object]:
        return {}

    def extract_email_addresses(self, data: Answer) -> list[EmailAddress]:
        return []

    def sociallogin_from_response(self, request: HttpRequest, response: Answer) -> SocialLogin:
        """Attach the answer to the login, for this request only."""
        login = super().sociallogin_from_response(request, response)
        login.told = response["userinfo"]
        login.nonce = response["id_token"].get("nonce", "")
        return login


def nonce_is_ours(login: SocialLogin) -> bool:
    """Return whether the ID token answers the request of this browser."""
    wanted = str(login.state.get("nonce", ""))
    return bool(wanted) and hmac.compare_digest(wanted, str(login.nonce))


provider_classes = [NationalProvider]
