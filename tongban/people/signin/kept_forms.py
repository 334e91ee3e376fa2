"""What was typed when the session ended (刚才填的内容): kept for its person, and put back after they sign in.

It is kept in the browser's new, encrypted session, for an hour at most. The form's signed capacity (`csrf_input`) says
for which account its page was made, so nobody else gets it. Nothing is sent by itself: the person sees the page again
with what they typed, and presses the button again.
"""

import time
from typing import TypedDict
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse

from tongban.foundation.networks import counted_address
from tongban.foundation.throttle import SlidingWindow
from tongban.foundation.ui.addresses import is_own_address
from tongban.foundation.ui.audience import EVERYBODY, audience_of
from tongban.foundation.ui.middleware import wants_json
from tongban.foundation.ui.pages import render
from tongban.foundation.ui.refill import refill
from tongban.people.identity import capacity
from tongban.people.identity.capacity import ANY, WHOLE, View, capacity_of_request, capacity_rule
from tongban.people.signin import known_browsers
from tongban.people.signin.addresses import address_of
from tongban.people.signin.pending_acts import ACT, PARKED

KEPT = "signin.kept_form"
"""Session key: what was typed (`KeptForm`). Sessions are encrypted."""
LIVES = 60 * 60
"""Seconds for which it is kept."""
LARGEST = 256 * 1024
"""Bytes of the fields, URL-encoded. More is not kept."""
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "password", "again", "credential", "code"})
_of_address = SlidingWindow(most=300, seconds=600)
_of_browser = SlidingWindow(most=20, seconds=600)
_of_strangers = SlidingWindow(most=20, seconds=600)
"""How many forms are kept for one address, for one browser that has signed in before, and for all other browsers of an
address together. Each form is a row, and whoever is not signed in can cause one."""


class KeptForm(TypedDict):
    path: str
    """The address to which it was sent."""
    page: str
    """The page that the form was on."""
    typed: str
    """The fields, URL-encoded, with the signed capacity."""
    files: bool
    """Whether files were chosen, which are not kept."""
    at: float
    """Seconds since the epoch."""


def of_request(request: HttpRequest) -> KeptForm | None:
    """Return what was typed into the form of a POST request, or None where it is too long, or none of our forms.

    Only a form with a capacity that the platform signed is ours: anybody can send a field of that name.
    """
    if request.method != "POST" or request.headers.get("X-Autosave") or wants_json(request):
        return None
    if not capacity.is_signed(request.POST.get(capacity.FIELD, "")) or not _asks_to_sign_in(request.path):
        return None
    typed = request.POST.copy()
    for name in NEVER_KEPT:
        typed.pop(name, None)
    written = typed.urlencode()
    if len(written) > LARGEST:
        return None
    return {
        "path": request.path,
        "page": _page_of(request),
        "typed": written,
        "files": bool(request.FILES),
        "at": time.time(),
    }


def of_session(request: HttpRequest) -> KeptForm | None:
    """Return what a session that ends had kept already, signed for its account: see `pending_acts`."""
    kept: KeptForm | None = request.session.get(KEPT)
    if kept is not None:
        return kept
    for waiting in (ACT, PARKED):
        act = request.session.get(waiting)
        if act is not None and act["as"]:
            typed = QueryDict(act["typed"], mutable=True)
            typed[capacity.FIELD] = capacity.signed(request, act["as"])
            return {
                "path": act["path"], "page": act["page"], "typed": typed.urlencode(), "files": act["files"],
                "at": time.time(),
            }  # fmt: skip
    return None


def keep(request: HttpRequest, kept: KeptForm | None, *, had_session: bool = False) -> bool:
    """Keep it in the browser's session. Return whether there was something, and room for it.

    `had_session` says that the browser's session was there until this request. Without one, the mark of a known
    browser shows that somebody signed in there before. All others share a small budget.
    """
    if kept is None or not _has_room(request, had_session):
        return False
    request.session[KEPT] = kept
    return True


def to_sign_in(kept: KeptForm | None, way_back: str) -> HttpResponse:
    """Redirect to the page for signing in, which leads back to the form."""
    back = f"{kept['page']}#kept" if kept is not None else way_back
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': back}, safe='/')}")


def came_from_us(request: HttpRequest) -> bool:
    """Return whether the browser says that one of our own pages sent the form."""
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return bool(origin) and is_own_address(request, origin)


def belongs_to(request: HttpRequest, kept: KeptForm) -> str | None:
    """Return in which capacity it was typed, or None where its page was not made for the signed-in account."""
    signed = QueryDict(kept["typed"]).get(capacity.FIELD, "")
    return capacity.key_signed_for(request, str(signed))


def prepare(request: HttpRequest, view: View) -> HttpResponse | None:
    """Before a page with kept content is rendered, switch to the name in which it was typed, if that still holds.

    Where it does not, the person is sent to the page that shows what they typed. Content of another person, or too old,
    is deleted.
    """
    kept: KeptForm | None = request.session.get(KEPT)
    if kept is None:
        return None
    if request.method == "POST":
        if request.path == kept["path"]:
            del request.session[KEPT]
        return None
    key = belongs_to(request, kept)
    if key is None or kept["at"] < time.time() - LIVES:
        del request.session[KEPT]
        return None
    if request.method != "GET" or not _is_at(request, kept["page"]) or request.headers.get("HX-Request"):
        return None
    now = capacity_of_request(request)
    if capacity_rule(view) == WHOLE and now is not None and key != now.key:
        if key.startswith("v-") or not capacity.switch(request, key):
            return redirect("signin:kept-form")
        for cached in ("_applicant", "_actor", "_identities"):
            vars(request).pop(cached, None)
    vars(request)["_kept_form"] = kept
    return None


def put_back(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Put what was typed into the form of the page. A page without the form leads to the list of what was typed."""
    kept: KeptForm | None = vars(request).get("_kept_form")
    if kept is None or KEPT not in request.session:
        return response
    if response.status_code in {301, 302, 303}:
        return response
    is_page = isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or response.status_code != 200:
        return redirect("signin:kept-form")
    assert isinstance(response, HttpResponse)
    done = refill(
        response.content.decode(),
        address=request.path,
        sent_to=kept["path"],
        typed=fields_of(kept),
        notice=lambda left: _notice(kept, some_left=bool(left)),
    )
    if done is None:
        return redirect("signin:kept-form")
    response.content = done.html.encode()
    return response


def fields_of(kept: KeptForm) -> dict[str, list[str]]:
    """Return what was typed, by the names of the fields."""
    typed = QueryDict(kept["typed"], mutable=True)
    typed.pop(capacity.FIELD, None)
    return {name: [str(value) for value in values] for name, values in typed.lists()}


def page_of_kept(request: HttpRequest, kept: KeptForm | None, *, message: str = "", status: int = 200) -> HttpResponse:
    """Render the list of what was typed, where it cannot be put back into its form."""
    mine = kept is not None and belongs_to(request, kept) is not None
    values = [value for values in fields_of(kept).values() for value in values if value] if kept and mine else []
    context = {
        "waits": mine,
        "values": values,
        "page": kept["page"] if kept and mine else "",
        "files": bool(kept and mine and kept["files"]),
        "message": message,
    }
    return render(request, "signin/kept_form.html", context, status=status)


def _notice(kept: KeptForm, *, some_left: bool) -> str:
    """Return the notice before the form. Its style keeps it in sight while people scroll to the button."""
    files = "文件没有保留，请重新选择。" if kept["files"] else ""
    rest = (
        f'<a class="govuk-link" href="{reverse("signin:kept-form")}">有些内容没有恢复，可在这里查看</a>'
        if some_left
        else ""
    )
    return (
        '<div class="tb-message tb-message--warning tb-kept" role="status" id="kept" tabindex="-1">'
        f"您刚才填的内容还没有提交，已经恢复在表单里。请核对，再点一次表单下面的按钮。{files}{rest}</div>"
    )


def _page_of(request: HttpRequest) -> str:
    """Return the page that the form was on, with its query; without a referrer, the address of the form."""
    came_from = request.headers.get("Referer", "")
    if not came_from or not is_own_address(request, came_from):
        return request.path
    parts = urlsplit(came_from)
    path = f"/{parts.path.lstrip('/')}"  # two slashes would begin the name of another host
    return f"{path}?{parts.query}" if parts.query else path


def _has_room(request: HttpRequest, had_session: bool) -> bool:
    address = counted_address(address_of(request))
    if not had_session and not request.user.is_authenticated:
        browser = known_browsers.name_of_any_account(request)
        over = _of_browser.take(f"kept-form-of:{browser}") if browser else _of_strangers.take(f"kept-strange:{address}")
        if over:
            return False
    return not _of_address.take(f"kept-form:{address}")


def _asks_to_sign_in(path: str) -> bool:
    """Return whether the address is a form of somebody who is signed in. Signing out, for one, keeps nothing."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return audience_of(view) not in {"", EVERYBODY} and capacity_rule(view) != ANY


def _is_at(request: HttpRequest, page: str) -> bool:
    return urlsplit(page).path == request.path
