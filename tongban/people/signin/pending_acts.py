"""Acts that wait with what was typed: for a proof (step-up), or for a switch back to the name they were typed in.

A pending act records in whose name it was typed and which posts its actor held. It is resumed in that name, or not
at all.
"""

import time
from typing import NotRequired, TypedDict
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode

from tongban.foundation.errors import Conflict
from tongban.foundation.ui.addresses import is_own_address
from tongban.foundation.ui.middleware import wants_json
from tongban.foundation.ui.pages import render
from tongban.people.identity import capacity
from tongban.people.identity.capacity import ANY, OWN, View, capacity_of_request, capacity_rule
from tongban.people.identity.queries import Account
from tongban.people.signin.queries import has_factor

WANTED = "signin.proof"
"""Session key: how fresh a proof is needed."""
ACT = "signin.act"
"""Session key: the act that waits for a proof (`KeptAct`). Sessions are encrypted."""
PARKED = "signin.parked"
"""Session key: the act that was posted in another name than the person acts in now (`KeptAct`)."""
RESUME_WITHIN = 60
"""Seconds from the proof to the act: a browser that returns later needs another click."""
MOVED = "您填这一页时的身份和现在的身份不一样，所以没有提交。请切换回原来的身份再提交，或刷新页面重新填写。"


KeptAct = TypedDict(
    "KeptAct",
    {
        "path": str,
        "query": str,
        "typed": str,  # the form's fields, URL-encoded
        "as": str | None,  # the key of the capacity, None where the form carried none
        "posts": list[str],
        "files": bool,  # whether files were sent, which are not kept
        "page": str,  # the page that the form was on
        "proved_at": NotRequired[float],  # seconds since the epoch
    },
)


class WrongCapacity(Conflict):
    """What was typed in one name would be done in another."""

    code = "other-name"
    message = MOVED


def ask_for_proof(request: HttpRequest, *, minutes: int, factor: bool) -> HttpResponse:
    """Keep the request with what was typed (except files), and redirect to the page that asks for the proof."""
    request.session[WANTED] = {"minutes": minutes, "factor": factor}
    if request.method == "POST":
        request.session[ACT] = _kept_act(request)
    else:
        request.session.pop(ACT, None)
    back = request.path if request.method == "POST" else request.get_full_path()
    return redirect(f"{proof_page(request)}?{urlencode({'next': back})}")


def proof_page(request: HttpRequest) -> str:
    """Return the address of the proof: by a second factor where there is one, otherwise by password and SMS."""
    account = request.user
    assert isinstance(account, Account)
    return reverse("mfa_reauthenticate" if has_factor(account) else "account_reauthenticate")


def notice(request: HttpRequest) -> dict[str, str]:
    """Give every template the address where a parked act waits; "" where none does, and on that page itself."""
    if PARKED not in getattr(request, "session", {}):
        return {"waits_at": ""}
    address = reverse("signin:kept")
    return {"waits_at": address if request.path != address else ""}


def return_to_act(request: HttpRequest, back: str) -> HttpResponse:
    """Redirect after a proof: to the address of the act, which `resume` turns into its post, otherwise to `back`."""
    request.session.pop(WANTED, None)
    act = request.session.get(ACT)
    if act is None or act["path"] != back:
        request.session.pop(ACT, None)
        return redirect(back or "mfa_index")
    return _redirect_to(request, act)


def resume(request: HttpRequest) -> None:
    """Turn the GET after a proof into the post that waited for it, once.

    The answer thus appears at the act's own address. At the address of the proof, a refused form would be posted to the
    wrong place and lost.
    """
    act = request.session.get(ACT)
    if request.method != "GET" or act is None or "proved_at" not in act or act["path"] != request.path:
        return
    del request.session[ACT]
    if act.pop("proved_at") < time.time() - RESUME_WITHIN:
        return
    request.method = request.META["REQUEST_METHOD"] = "POST"
    request.POST = QueryDict(act["typed"])
    vars(request)["_files"] = MultiValueDict()
    vars(request)["_dont_enforce_csrf_checks"] = True  # they were made when it was posted
    vars(request)["_resumed"] = act


def refuse_in_another_name(request: HttpRequest, view: View) -> HttpResponse | None:
    """Park the act and return the page that explains it, where the form was made, or the act kept, for another name."""
    now, compared = capacity_of_request(request), capacity_rule(view)
    if now is None or compared == ANY:
        return None
    act: KeptAct | None = getattr(request, "_resumed", None)
    if act is None and capacity.FIELD not in request.POST and not _must_carry_it(request, view):
        return None
    key = act["as"] if act is not None else capacity.key_in_form(request)
    same = key is not None and (compared == OWN or key == now.key)
    if same and (act is None or set(act["posts"]) <= now.posts):
        return None
    if wants_json(request) or request.headers.get("X-Autosave"):
        return JsonResponse({"code": WrongCapacity.code, "message": MOVED}, status=409)
    if act is None:
        act = _kept_act(request)
        act["as"] = key
    request.session[PARKED] = act
    return page_of_parked(request)


def page_of_parked(request: HttpRequest) -> HttpResponse:
    """Render the page about the parked act: its name, the name in which the person acts now, and the choices."""
    act: KeptAct | None = request.session.get(PARKED)
    now = capacity_of_request(request)
    context: dict[str, object] = {"waits": act is not None}
    if act is not None and now is not None:
        context |= {
            "typed_as": capacity.name_of_key(request, act["as"]) if act["as"] else "",
            "known": act["as"] is not None,
            "acts_as": capacity.name_of_key(request, now.key),
            "same": act["as"] == now.key,
            "posts_changed": not set(act["posts"]) <= now.posts,
            "files": act["files"],
            "values": [value for _, found in QueryDict(act["typed"]).lists() for value in found if value],
        }
    return render(request, "signin/kept.html", context, status=409 if request.path != reverse("signin:kept") else 200)


def resume_in_its_name(request: HttpRequest) -> HttpResponse:
    """Switch to the name in which the parked act was typed and resume it there.

    An act without a name is resumed in the present one. Files are not kept: such an act leads to its page instead.
    Raises WrongCapacity where the person no longer has that name.
    """
    act: KeptAct | None = request.session.get(PARKED)
    now = capacity_of_request(request)
    if act is None or now is None:
        return redirect("signin:kept")
    key = act["as"] or now.key
    if not set(act["posts"]) <= now.posts or (key != now.key and not capacity.switch(request, key)):
        raise WrongCapacity
    del request.session[PARKED]
    if act["files"]:
        return redirect(act["page"])
    act["as"] = key
    return _redirect_to(request, act)


def has_parked_act(request: HttpRequest) -> bool:
    """Return whether an act waits for the name to which the person has just switched with this request."""
    act = request.session.get(PARKED)
    if act is None:
        return False
    vars(request).pop("_applicant", None)  # cached before the switch
    now = capacity_of_request(request)
    return now is not None and act["as"] == now.key


def _must_carry_it(request: HttpRequest, view: View) -> bool:
    """Return whether the form must carry the field: every form of ours with a CSRF token does."""
    free = getattr(view, "csrf_exempt", False) or getattr(request, "_dont_enforce_csrf_checks", False)
    return not free


def _kept_act(request: HttpRequest) -> KeptAct:
    now = capacity_of_request(request)
    assert now is not None
    typed = request.POST.copy()
    for name in (capacity.FIELD, "csrfmiddlewaretoken"):
        typed.pop(name, None)
    came_from = request.headers.get("Referer", "")
    return {
        "path": request.path,
        "query": request.GET.urlencode(),
        "typed": typed.urlencode(),
        "as": now.key,
        "posts": sorted(now.posts),
        "files": bool(request.FILES),
        "page": urlsplit(came_from).path if came_from and is_own_address(request, came_from) else "/",
    }


def _redirect_to(request: HttpRequest, act: KeptAct) -> HttpResponse:
    act["proved_at"] = time.time()
    request.session[ACT] = act
    return redirect(f"{act['path']}?{act['query']}" if act["query"] else act["path"])
