from collections.abc import Mapping

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

class OpenIDConnectProvider:
    id: str
    name: str
    app: SocialApp
    pkce_enabled_default: bool
    oauth2_adapter_class: type[OpenIDConnectOAuth2Adapter]
    def get_default_scope(self) -> list[str]: ...
    def extract_uid(self, data: Mapping[str, dict[str, str]]) -> str: ...
    def extract_extra_data(self, data: Mapping[str, dict[str, str]]) -> dict[str, object]: ...
    def extract_common_fields(self, data: Mapping[str, dict[str, str]]) -> dict[str, object]: ...
    def extract_email_addresses(self, data: Mapping[str, dict[str, str]]) -> list[EmailAddress]: ...
    def sociallogin_from_response(
        self, request: HttpRequest, response: Mapping[str, dict[str, str]]
    ) -> SocialLogin: ...
