"""The endpoints that systems call: discovery, keys, token, introspection, revocation, userinfo."""

from collections.abc import Callable
from functools import wraps

from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.models import Client
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauthlib.oauth2 import OAuth2Error

from tongban.foundation.errors import DomainError
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.programs import for_programs
from tongban.people.sso import queries, rules, signing
from tongban.people.sso.openid.server import parts_of, respond, server
from tongban.people.sso.services.keys import ALGORITHMS

SECRETS = (Client.AuthenticationMethod.CLIENT_SECRET_BASIC, Client.AuthenticationMethod.CLIENT_SECRET_POST)
PROOFS = (*(method.value for method in SECRETS), "private_key_jwt")
HOUR = 3600


@public
@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """Describe this provider (OpenID Connect Discovery 1.0)."""

    def address(name: str) -> str:
        return f"{signing.issuer()}{reverse(name)}"

    proofs = {"_auth_methods_supported": list(PROOFS), "_auth_signing_alg_values_supported": list(ALGORITHMS)}
    found: dict[str, object] = {
        "issuer": signing.issuer(),
        "authorization_endpoint": address("sso:authorize"),
        "token_endpoint": address("sso:token"),
        "userinfo_endpoint": address("sso:userinfo"),
        "introspection_endpoint": address("sso:introspect"),
        "revocation_endpoint": address("sso:revoke"),
        "end_session_endpoint": address("sso:logout"),
        "jwks_uri": address("sso:keys"),
        "scopes_supported": list(queries.scopes()),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [signing.ALGORITHM],
        "acr_values_supported": list(rules.LEVELS),
        "prompt_values_supported": list(rules.PROMPTS),
        "claims_supported": ["sub", "sid", "auth_time", "acr", "amr", "acting_for"]
        + sorted({claim for meaning in queries.scopes().values() for claim in meaning.claims} - {"sub"}),
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": False,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        **{
            f"{place}_endpoint{name}": value
            for place in ("introspection", "revocation")
            for name, value in proofs.items()
        },
        "token_endpoint_auth_methods_supported": [*PROOFS, "none"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
    }
    return _open(found)


@public
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Publish the public keys."""
    return _open({"keys": signing.published()})


def _open(content: dict[str, object]) -> HttpResponse:
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={HOUR}"}
    return JsonResponse(content, headers=headers)


def _endpoint(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view an endpoint for systems: cookies do not count, and refusals are JSON (RFC 6749, 5.2)."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except OAuth2Error as refusal:
            return respond((refusal.headers, refusal.json, refusal.status_code))
        except DomainError as refusal:
            body = {"error": "temporarily_unavailable", "error_description": refusal.message}
            return JsonResponse(body, status=refusal.status, headers={"Cache-Control": "no-store"})

    return for_programs(guarded)


@public
@_endpoint
@require_POST
@transaction.atomic
def token(request: HttpRequest) -> HttpResponse:
    """Issue tokens for a code, for a refresh token, or to a system in its own name."""
    return respond(server().create_token_response(*parts_of(request)))


@public
@_endpoint
@require_POST
def introspect(request: HttpRequest) -> HttpResponse:
    """Describe a token (RFC 7662) to an authenticated client."""
    get_validator_context().supported_auth_methods = SECRETS
    return respond(server().create_introspect_response(*parts_of(request)))


@public
@_endpoint
@require_POST
@transaction.atomic
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke a token (RFC 7009)."""
    return respond(server().create_revocation_response(*parts_of(request)))


@public
@_endpoint
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    """Return the claims about the person that the scopes allow."""
    return respond(server().create_userinfo_response(*parts_of(request)))
