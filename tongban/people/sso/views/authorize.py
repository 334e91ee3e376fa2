"""The authorization endpoint: have people sign in or consent where needed, and redirect them back to the system."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core import signing as signatures
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauthlib.common import Request, add_params_to_uri
from oauthlib.oauth2 import InvalidRequestError, OAuth2Error
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, ConsentRequired, FatalClientError, LoginRequired
from oauthlib.openid.connect.core.exceptions import AccountSelectionRequired, InteractionRequired

from tongban.foundation.errors import Invalid
from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.people.identity import stepup
from tongban.people.identity.access import actor_of_request, applicant_of_request
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.queries import Account
from tongban.people.sso import queries, rules, services, signedin, signing
from tongban.people.sso.models import System
from tongban.people.sso.openid.server import parts_of, server
from tongban.people.sso.views.onward import onward

SALT = "sso.consent"
STALE = "这一页已经过期，请回到刚才的系统重新登录。"
NOT_TAKEN = ("request", "request_uri", "registration")
"""Unsupported parameters of OpenID Connect: ignoring them would change the meaning, so they are refused."""


class CannotRedirect(Exception):
    """The request cannot be answered by a redirect, since there is no valid address for it."""

    def __init__(self, why: str) -> None:
        self.why = why


class UnmetAuthentication(OAuth2Error):
    """The error of OpenID Connect Core Unmet Authentication Requirements 1.0."""

    error = "unmet_authentication_requirements"


@public
@never_cache
@csrf_exempt
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Answer an authorization request. A POST changes nothing: it is redirected to the equivalent GET."""
    if request.method == "POST":
        return redirect(f"{request.path}?{request.POST.urlencode()}")
    try:
        asked = _understood(request)
    except CannotRedirect as refusal:
        return pages.render(request, "sso/refused.html", {"why": refusal.why}, status=400)
    except OAuth2Error as refusal:
        return _back(request, refusal.redirect_uri or "", refusal.twotuples)
    try:
        return _answer(request, asked)
    except OAuth2Error as refusal:
        return _back(request, asked.redirect_uri, refusal.twotuples)


def asks_for_posts(request: HttpRequest) -> bool:
    """Return whether a system asks for the posts of the signed-in person."""
    return request.path == reverse("sso:authorize") and "posts" in request.GET.get("scope", "").split()


def _understood(request: HttpRequest) -> Request:
    """Return the request as the library parsed it. Raises CannotRedirect if its redirect address is not valid."""
    try:
        scopes, info = server().validate_authorization_request(*parts_of(request))
    except FatalClientError as refusal:
        raise CannotRedirect(str(refusal.description or refusal.error)) from None
    except ValueError:
        raise CannotRedirect("unreadable query") from None
    asked: Request = info["request"]
    asked.scopes = scopes
    if asked.code_challenge_method != "S256" or not 43 <= len(asked.code_challenge or "") <= 128:
        raise InvalidRequestError("PKCE with code_challenge_method=S256 is required.", request=asked)
    if (asked.response_mode or "query") != "query" or len(asked.nonce or "") > 300:
        raise InvalidRequestError("response_mode or nonce is not supported.", request=asked)
    for name in NOT_TAKEN:
        if request.GET.get(name):
            raise _not_supported(name, asked)
    return asked


def _not_supported(name: str, asked: Request) -> OAuth2Error:
    refusal = InvalidRequestError(f"{name} is not supported.", request=asked)
    refusal.error = f"{name}_not_supported"
    return refusal


def _answer(request: HttpRequest, asked: Request) -> HttpResponse:
    prompt = _prompt(asked)
    silent = "none" in prompt
    max_age = _max_age(request, asked)
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        if silent:
            raise LoginRequired(request=asked)
        signedin.record_asked(request)
        return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()}, safe='/')}")
    if signedin.must_prove_again(request, prompt=prompt, max_age=max_age):
        if silent:
            raise LoginRequired(request=asked)
        signedin.record_asked(request)
        raise stepup.ProofNeeded(1, factor=False)
    level = rules.requested_level(request.GET.get("acr_values", ""))
    if level is None:
        raise UnmetAuthentication(request=asked)
    system: System = asked.client.system
    if level and signedin.level_of(request) < level:
        if silent:
            raise InteractionRequired(request=asked)
        return _ask_to_raise(request, asked, level)
    wanted = rules.needs_consent(
        asked.scopes,
        statutory=asked.client.skip_consent,
        consented=queries.consented_scopes(system, account),
        asked="consent" in prompt,
    )
    if wanted and silent:
        raise ConsentRequired(request=asked)
    if wanted:
        return _ask(request, asked, system)
    return _let_in(request, asked, system, account)


def _prompt(asked: Request) -> set[str]:
    given = set((asked.prompt or "").split()) if isinstance(asked.prompt, str) else set(asked.prompt or ())
    if "select_account" in given:
        raise AccountSelectionRequired(request=asked)
    if not given <= set(rules.PROMPTS):
        raise InvalidRequestError("prompt has a value that is not supported.", request=asked)
    return given


def _max_age(request: HttpRequest, asked: Request) -> int | None:
    try:
        return rules.requested_age(request.GET.get("max_age"))
    except ValueError:
        raise InvalidRequestError("max_age has to be a number of seconds.", request=asked) from None


def _let_in(request: HttpRequest, asked: Request, system: System, account: Account) -> HttpResponse:
    how = signedin.authentication_of(request)
    connection = services.connect(system, account, scopes=asked.scopes, how=how, actor=_actor_of(request))
    code = services.give_code(
        connection,
        redirect_uri=asked.redirect_uri,
        scopes=asked.scopes,
        nonce=asked.nonce or "",
        challenge=asked.code_challenge,
        how=how,
    )
    signedin.record_answered(request)
    return _back(request, asked.redirect_uri, [("code", code), *([("state", asked.state)] if asked.state else [])])


def _actor_of(request: HttpRequest) -> Actor:
    """Return in whose name the person signs in at the system. A clerk does so in their own name."""
    actor = applicant_of_request(request)
    if actor is not None and actor.channel != Channel.ONLINE:
        actor = actor_of_request(request)
    assert actor is not None
    return actor


def _back(request: HttpRequest, redirect_uri: str, parameters: Sequence[tuple[str, str | None]]) -> HttpResponse:
    """Redirect to the system with our issuer, so that it detects an answer from the wrong provider (RFC 9207)."""
    return onward(request, add_params_to_uri(redirect_uri, [*parameters, ("iss", signing.issuer())]))


def _ask(request: HttpRequest, asked: Request, system: System) -> HttpResponse:
    meanings = queries.scopes()
    context = {
        "system": asked.client.name,
        "department": system.department.name,
        "purpose": asked.client.data["purpose"],
        "gets": [(meanings[scope].words, system.scopes.get(scope, "")) for scope in asked.scopes],
        "asked": signatures.dumps(request.GET.urlencode(), salt=SALT),
    }
    return pages.render(request, "sso/consent.html", context)


def _ask_to_raise(request: HttpRequest, asked: Request, level: int) -> HttpResponse:
    """Ask the person to raise their real-name level for the system, or to go back without."""
    raising = urlencode({"need": str(level), "next": request.get_full_path()})
    context = {
        "system": asked.client.name,
        "wanted": f"L{level}",
        "has": f"L{signedin.level_of(request)}",
        "raising": f"{reverse('signin:level')}?{raising}",
        "asked": signatures.dumps(request.GET.urlencode(), salt=SALT),
    }
    return pages.render(request, "sso/raise.html", context)


@public
@never_cache
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Apply the person's decision, then continue with the request."""
    try:
        query = signatures.loads(request.POST.get("asked", ""), salt=SALT, max_age=1800)
    except signatures.BadSignature:
        raise Invalid(STALE) from None
    request.GET = type(request.GET)(query, mutable=True)
    request.META["QUERY_STRING"] = query
    try:
        asked = _understood(request)
    except (CannotRedirect, OAuth2Error):
        raise Invalid(STALE) from None
    if not isinstance(request.user, Account):
        return redirect(f"{reverse('sso:authorize')}?{query}")
    if request.POST.get("decision") == "stay":
        return _back(request, asked.redirect_uri, UnmetAuthentication(request=asked).twotuples)
    if request.POST.get("decision") != "allow":
        return _back(request, asked.redirect_uri, AccessDeniedError(request=asked).twotuples)
    services.give_consent(asked.client.system, request.user, scopes=asked.scopes, actor=_actor_of(request))
    rest = [(name, _without_consent(value) if name == "prompt" else value) for name, value in parse_qsl(query)]
    return redirect(f"{reverse('sso:authorize')}?{urlencode([pair for pair in rest if pair[1]])}")


def _without_consent(prompt: str) -> str:
    """Return `prompt` without `consent`, which was just given."""
    return " ".join(value for value in prompt.split() if value != "consent")
