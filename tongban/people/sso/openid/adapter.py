"""Our adapter for the library's OpenID provider (`IDP_OIDC_ADAPTER`)."""

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.contrib.auth.base_user import AbstractBaseUser

from tongban.people.identity.queries import Account
from tongban.people.sso import claims, signing
from tongban.people.sso.queries import digest_of


class Adapter(DefaultOIDCAdapter):
    def get_issuer(self) -> str:
        return signing.issuer()

    def hash_token(self, token: str) -> str:
        return digest_of(token)

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:
        assert isinstance(user, Account)
        return claims.subject_id_of(user)
