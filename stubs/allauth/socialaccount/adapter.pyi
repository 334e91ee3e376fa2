from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import Provider
from django.http import HttpRequest

class DefaultSocialAccountAdapter:
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None: ...
    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, object] | None = None,
    ) -> None: ...
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool: ...
    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider: ...
    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]: ...

def get_adapter(request: HttpRequest | None = None) -> DefaultSocialAccountAdapter: ...
