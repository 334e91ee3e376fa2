"""In whose name a form was opened (办事身份), so that it is not done in another's.

Somebody who switches in one tab has other tabs open. Every form that is posted carries the identity for which its page
was made: `csrf_input` brings the field into each of them. The sign-in room compares it before any view runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.backends.utils import csrf_input
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongban.foundation.ui.audience import audience_of
from tongban.people.identity import queries
from tongban.people.identity.access import (
    MANDATE,
    OFFICERS,
    POSTS,
    PRINCIPAL,
    SELF,
    VISIT,
    actor_of_request,
    applicant_of_request,
    decides,
)
from tongban.people.identity.actors import Channel
from tongban.people.identity.models import Account
from tongban.people.identity.queries import Identity

FIELD, SALT = "acting_as", "identity.capacity"
WHOLE, OWN, ANY = "whole", "own", "any"
"""What a view compares: in whose name; only the account, since it runs in the officer's own name; nothing."""

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Capacity:
    """In whose name somebody acts, by what right, and the posts that they hold."""

    key: str
    """As the page of switching calls it: `self`, an organisation's id, `m-` and a mandate's, or `v-` and a visit's."""
    posts: frozenset[str] = frozenset()


def capacity_of_request(request: HttpRequest) -> Capacity | None:
    """That of the signed-in person now; None where nobody is signed in. It asks the database nothing new."""
    actor = applicant_of_request(request)
    if actor is None:
        return None
    himself = actor_of_request(request)
    posts = frozenset(str(post.post_id) for post in himself.posts) if himself else frozenset()
    if actor.right is not None:
        return Capacity(f"m-{actor.right.mandate_id}", posts)
    if actor.channel == Channel.WINDOW:
        return Capacity(f"v-{request.session[VISIT]}", posts)
    return Capacity(SELF if actor.acting_for == actor.subject_id else str(actor.acting_for), posts)


def identities_of_request(request: HttpRequest) -> list[Identity]:
    """Every name but their own in which the signed-in person may act; asked once a request."""
    if not hasattr(request, "_identities"):
        actor = actor_of_request(request)
        found = queries.identities_of(actor.subject_id) if actor is not None and actor.subject_id is not None else []
        if actor is not None and decides(actor):
            found = [one for one in found if not one.key.startswith("m-")]  # who decides helps nobody
        request._identities = found  # type: ignore[attr-defined]
    identities: list[Identity] = request._identities  # type: ignore[attr-defined]
    return identities


def name_of_key(request: HttpRequest, key: str) -> str:
    """What an identity is called, for the one whose identity it is; "" where they have it no longer."""
    if key == SELF:
        return "您本人"
    if key.startswith("v-"):
        now = capacity_of_request(request)
        return "现场办理的到场人" if now is not None and now.key == key else ""
    return next((one.name for one in identities_of_request(request) if one.key == key), "")


def switch(request: HttpRequest, key: str) -> bool:
    """Act in another of one's own names from the next request on; False where it is none of them."""
    if not name_of_key(request, key):
        return False
    if key.startswith("v-"):
        return True  # only the visit that is open has a name
    for kept in (PRINCIPAL, MANDATE, VISIT):
        request.session.pop(kept, None)
    if key.startswith("m-"):
        request.session[MANDATE] = key.removeprefix("m-")
    elif key != SELF:
        request.session[PRINCIPAL] = key
    return True


def in_any_name(view: View) -> View:
    """Mark a view that does the same in whoever's name: signing out, switching, proving who one is."""
    view.capacity = ANY  # type: ignore[attr-defined]
    return view


def in_name_of_visit(view: View) -> View:
    """Mark an officer's view that does something for the person at the window."""
    view.capacity = WHOLE  # type: ignore[attr-defined]
    return view


def capacity_rule(view: Any) -> str:
    """What the view compares; unmarked, officers' pages run in the officer's own name, and all others compare all."""
    audience = audience_of(view)
    unmarked = OWN if audience == OFFICERS or audience.startswith(POSTS) else WHOLE
    return str(getattr(view, "capacity", unmarked))


def key_in_form(request: HttpRequest) -> str | None:
    """The identity for which the form was made; None where it carries none, or one that we did not make for them."""
    try:
        return _signer(request).unsign(request.POST.get(FIELD, ""))
    except signing.BadSignature:
        return None


def forms(request: HttpRequest) -> dict[str, Any]:
    """For every template: `csrf_input` with the field beside it (a context processor, so it comes after Django's)."""
    return {"csrf_input": _lazy_input(request)}


def _input(request: HttpRequest) -> SafeString:
    token = csrf_input(request)
    capacity = capacity_of_request(request)
    if capacity is None:
        return SafeString(token)
    signed = _signer(request).sign(capacity.key)
    return format_html('{}<input type="hidden" name="{}" value="{}">', token, FIELD, signed)


_lazy_input = lazy(_input, SafeString, str)


def _signer(request: HttpRequest) -> signing.Signer:
    account = request.user
    return signing.Signer(salt=f"{SALT}|{account.pk if isinstance(account, Account) else ''}")
