"""What the library asks us for (`IDP_OIDC_ADAPTER`)."""

from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter

from tongban.people.identity.queries import Account
from tongban.people.sso import claims, signing
from tongban.people.sso.queries import digest_of


class Adapter(DefaultOIDCAdapter):
    def get_issuer(self) -> str:
        return signing.issuer()

    def hash_token(self, token: str) -> str:
        return digest_of(token)

    def get_user_sub(self, client: Any, user: Any) -> str:
        assert isinstance(user, Account)
        return claims.subject_id_of(user)
