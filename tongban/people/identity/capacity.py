"""In whose name a form was opened (办事身份), so that nothing is done in another name by mistake.

Somebody who switches names in one tab may have other tabs open. `csrf_input` therefore adds a field with the capacity
for which the page was made to every form. The sign-in room compares it before any view runs.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
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
"""What is compared before a view runs: the whole capacity; only the account, as on officers' pages; or nothing."""

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Capacity:
    """In whose name somebody acts, by what right, and the posts that they hold."""

    key: str
    """`self`, an organisation's id, `m-` and a mandate's id, or `v-` and a visit's id."""
    posts: frozenset[str] = frozenset()


def capacity_of_request(request: HttpRequest) -> Capacity | None:
    """Return the capacity in which the signed-in person acts now, or None. Costs no queries of its own."""
    actor = applicant_of_request(request)
    if actor is None:
        return None
    own = actor_of_request(request)
    posts = frozenset(str(post.post_id) for post in own.posts) if own else frozenset()
    if actor.right is not None:
        return Capacity(f"m-{actor.right.mandate_id}", posts)
    if actor.channel == Channel.WINDOW:
        return Capacity(f"v-{request.session[VISIT]}", posts)
    return Capacity(SELF if actor.acting_for == actor.subject_id else str(actor.acting_for), posts)


def identities_of_request(request: HttpRequest) -> list[Identity]:
    """Return every name but their own in which the signed-in person may act. Kept for the request."""
    state = vars(request)
    if "_identities" not in state:
        actor = actor_of_request(request)
        found = queries.identities_of(actor.subject_id) if actor is not None and actor.subject_id is not None else []
        if actor is not None and decides(actor):
            found = [one for one in found if not one.key.startswith("m-")]  # deciders do not act by mandate
        state["_identities"] = found
    identities: list[Identity] = state["_identities"]
    return identities


def name_of_key(request: HttpRequest, key: str) -> str:
    """Return the name to show for one of the person's identities, or "" where they no longer have it."""
    if key == SELF:
        return "您本人"
    if key.startswith("v-"):
        now = capacity_of_request(request)
        return "现场办理的到场人" if now is not None and now.key == key else ""
    return next((one.name for one in identities_of_request(request) if one.key == key), "")


def switch(request: HttpRequest, key: str) -> bool:
    """Let the person act in another of their names from the next request on. False where the key names none."""
    if not name_of_key(request, key):
        return False
    if key.startswith("v-"):
        return True  # only the open visit has a name
    for kept in (PRINCIPAL, MANDATE, VISIT):
        request.session.pop(kept, None)
    if key.startswith("m-"):
        request.session[MANDATE] = key.removeprefix("m-")
    elif key != SELF:
        request.session[PRINCIPAL] = key
    return True


def in_any_name(view: View) -> View:
    """Mark a view that does the same in any name: signing out, switching names, giving a proof."""
    view.__dict__["capacity"] = ANY
    return view


def in_name_of_visit(view: View) -> View:
    """Mark an officer's view that does something for the person at the window."""
    view.__dict__["capacity"] = WHOLE
    return view


def capacity_rule(view: View) -> str:
    """Return what is compared before the view runs: WHOLE, OWN or ANY.

    Without a mark, officers' pages run in the officer's own name, and all others compare the whole capacity.
    """
    audience = audience_of(view)
    unmarked = OWN if audience == OFFICERS or audience.startswith(POSTS) else WHOLE
    return str(getattr(view, "capacity", unmarked))


def key_in_form(request: HttpRequest) -> str | None:
    """Return the key of the capacity that the form was made for, or None where none was signed for this account."""
    return key_signed_for(request, str(request.POST.get(FIELD, "")))


def key_signed_for(request: HttpRequest, signed: str) -> str | None:
    """Return the key of a capacity that was signed for the signed-in account, otherwise None.

    Until 28 February 2027, fields that only the account's signature protects count too: pages that were open when the
    platform's signature was introduced (November 2026) carry them, and so do those of processes that have not been
    replaced yet. From then on the platform's signature is required.
    """
    by_account = signed
    with suppress(signing.BadSignature):
        by_account = _platform.unsign(signed)
    try:
        return _signer(request).unsign(by_account)
    except signing.BadSignature:
        return None


def signed(request: HttpRequest, key: str) -> str:
    """Return the key of a capacity, signed for the signed-in account, and by the platform (`is_signed`)."""
    return _platform.sign(_signer(request).sign(key))


def is_signed(text: str) -> bool:
    """Return whether the platform signed a capacity, for whichever account.

    This can be told after the session has ended, when nobody knows whose page it was.
    """
    try:
        _platform.unsign(text)
    except signing.BadSignature:
        return False
    return True


def forms(request: HttpRequest) -> dict[str, object]:
    """Add the field to every template's `csrf_input`. A context processor: it runs after Django's own."""
    return {"csrf_input": _lazy_input(request)}


def _input(request: HttpRequest) -> SafeString:
    token = csrf_input(request)
    capacity = capacity_of_request(request)
    if capacity is None:
        return SafeString(token)
    field = signed(request, capacity.key)
    return format_html('{}<input type="hidden" name="{}" value="{}">', token, FIELD, field)


_lazy_input = lazy(_input, SafeString, str)
_platform = signing.Signer(salt=f"{SALT} of any account")


def _signer(request: HttpRequest) -> signing.Signer:
    account = request.user
    return signing.Signer(salt=f"{SALT}|{account.pk if isinstance(account, Account) else ''}")
