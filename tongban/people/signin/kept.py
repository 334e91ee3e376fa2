"""Acts that wait, with what was typed: for a proof (step-up), or for the name in which they were typed.

A kept act remembers in whose name it was typed and which posts its actor held. It is resumed in the same or not at all.
"""

import time
from typing import Any
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
from tongban.people.identity.capacity import ANY, OWN, capacity_of_request, compared_by
from tongban.people.identity.queries import Account
from tongban.people.signin.queries import has_factor

WANTED = "signin.proof"
"""Session key: how fresh a proof is asked for."""
ACT = "signin.act"
"""Session key: what was posted when a proof was asked for, and since when it may go on. Sessions are encrypted."""
PARKED = "signin.parked"
"""Session key: what was posted in another name than the person acts in now."""
TO_GO_ON = 60
"""Seconds between the proof and the act: a browser that comes back later needs another click."""
MOVED = "您填这一页时的身份和现在的身份不一样，所以没有提交。请切换回原来的身份再提交，或刷新页面重新填写。"


class OtherName(Conflict):
    """What was typed in one name would be done in another."""

    code = "other-name"
    message = MOVED


def ask_for_proof(request: HttpRequest, *, minutes: int, factor: bool) -> HttpResponse:
    """Put the request aside with what was typed (files excepted), and lead to the page where its person is proved."""
    request.session[WANTED] = {"minutes": minutes, "factor": factor}
    if request.method == "POST":
        request.session[ACT] = _act(request)
    else:
        request.session.pop(ACT, None)
    back = request.path if request.method == "POST" else request.get_full_path()
    return redirect(f"{page_of_proof(request)}?{urlencode({'next': back})}")


def page_of_proof(request: HttpRequest) -> str:
    """Where the person is proved: by a factor where there is one, else by password and SMS."""
    account = request.user
    assert isinstance(account, Account)
    return reverse("mfa_reauthenticate" if has_factor(account) else "account_reauthenticate")


def notice(request: HttpRequest) -> dict[str, Any]:
    """For every template: where something typed in another name waits; "" where nothing does, and on that page."""
    if PARKED not in getattr(request, "session", {}):
        return {"waits_at": ""}
    address = reverse("signin:kept")
    return {"waits_at": address if request.path != address else ""}


def go_on(request: HttpRequest, back: str) -> HttpResponse:
    """After the proof: to the address of the act, where `resume` makes the post of it; else `back`."""
    request.session.pop(WANTED, None)
    act = request.session.get(ACT)
    if act is None or act["path"] != back:
        request.session.pop(ACT, None)
        return redirect(back or "mfa_index")
    return _to_be_resumed(request, act)


def resume(request: HttpRequest) -> None:
    """Turn the GET after a proof into the post that waited for it, once: its answer stands at its own address.

    Rendered at the address of the proof, a form that was refused would be posted there, and lost.
    """
    act = request.session.get(ACT)
    if request.method != "GET" or act is None or "proved_at" not in act or act["path"] != request.path:
        return
    del request.session[ACT]
    if act.pop("proved_at") < time.time() - TO_GO_ON:
        return
    request.method = request.META["REQUEST_METHOD"] = "POST"
    request.POST = QueryDict(act["typed"])
    request._files = MultiValueDict()  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # they were made when it was posted
    request._resumed = act  # type: ignore[attr-defined]


def refuse_in_another_name(request: HttpRequest, view: Any) -> HttpResponse | None:
    """The page that says why nothing was done: the form was made, or the act kept, for another name."""
    now, compared = capacity_of_request(request), compared_by(view)
    if now is None or compared == ANY:
        return None
    act: dict[str, Any] | None = getattr(request, "_resumed", None)
    if act is None and capacity.FIELD not in request.POST and not _must_carry_it(request, view):
        return None
    key = act["as"] if act is not None else capacity.key_in_form(request)
    same = key is not None and (compared == OWN or key == now.key)
    if same and (act is None or set(act["posts"]) <= now.posts):
        return None
    if wants_json(request) or request.headers.get("X-Autosave"):
        return JsonResponse({"code": OtherName.code, "message": MOVED}, status=409)
    request.session[PARKED] = act or _act(request) | {"as": key}
    return page_of_parked(request)


def page_of_parked(request: HttpRequest) -> HttpResponse:
    """What waits, in whose name it was typed, in whose name the person acts now, and what can be done about it."""
    act, now = request.session.get(PARKED), capacity_of_request(request)
    context: dict[str, Any] = {"waits": act is not None}
    if act is not None and now is not None:
        context |= {
            "typed_as": capacity.name_of_key(request, act["as"]) if act["as"] else "",
            "known": act["as"] is not None,
            "acts_as": capacity.name_of_key(request, now.key),
            "same": act["as"] == now.key,
            "posts_changed": not set(act["posts"]) <= now.posts,
            "files": act["files"],
        }
    return render(request, "signin/kept.html", context, status=409 if request.path != reverse("signin:kept") else 200)


def go_on_in_its_name(request: HttpRequest) -> HttpResponse:
    """Switch back to the name in which the waiting act was typed, and do it; one that names none, in the present name.

    With files, which are not kept, it leads to the page instead. OtherName where the name is no longer one's own.
    """
    act, now = request.session.get(PARKED), capacity_of_request(request)
    if act is None or now is None:
        return redirect("signin:kept")
    key = act["as"] or now.key
    if not set(act["posts"]) <= now.posts or (key != now.key and not capacity.switch(request, key)):
        raise OtherName
    del request.session[PARKED]
    if act["files"]:
        return redirect(act["page"])
    return _to_be_resumed(request, act | {"as": key})


def waits_in_this_name(request: HttpRequest) -> bool:
    """Whether something waits for the name to which the person has just switched with this request."""
    act = request.session.get(PARKED)
    if act is None:
        return False
    vars(request).pop("_applicant", None)  # it was found before the switch
    now = capacity_of_request(request)
    return now is not None and act["as"] == now.key


def _must_carry_it(request: HttpRequest, view: Any) -> bool:
    """Every form of ours that has the token against forgery has this field too."""
    free = getattr(view, "csrf_exempt", False) or getattr(request, "_dont_enforce_csrf_checks", False)
    return not free


def _act(request: HttpRequest) -> dict[str, Any]:
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


def _to_be_resumed(request: HttpRequest, act: dict[str, Any]) -> HttpResponse:
    request.session[ACT] = act | {"proved_at": time.time()}
    return redirect(f"{act['path']}?{act['query']}" if act["query"] else act["path"])
