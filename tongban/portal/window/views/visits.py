"""Visits at the window: check the document, act for the person who is present, end the visit."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.handling.catalog import queries as catalog
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.access import MANDATE, VISIT, applicant_of_request, officer_required
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.capacity import in_name_of_visit
from tongban.people.identity.requests import Request
from tongban.people.organisation.rules import PostKind
from tongban.portal.window.forms import PresentForm
from tongban.portal.window.views.proofs import NEW_PHONE

SHOWN = 5
"""Applications of the person that the page shows, newest first."""


@never_cache
@sensitive_post_parameters("number", "name", "phone")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: Request) -> HttpResponse:
    """Show the form for the document before a visit; during it, what can be done for the person who is present."""
    actor = request.actor
    if not actor.has_post(PostKind.WINDOW):
        raise NotAllowed("现场办理由窗口岗位的工作人员进行，您的岗位在“我的待办”里办理。")
    acting = applicant_of_request(request)
    if request.method == "POST":
        return _begin(request, actor)
    if acting is not None and acting.channel == Channel.WINDOW:
        return _present(request, acting)
    return pages.render(request, "window/document.html", {"form": PresentForm()})


@in_name_of_visit
@officer_required
@require_POST
def end(request: Request) -> HttpResponse:
    """End the visit and ask for the next person's document."""
    actor = request.actor
    current = identity.open_visit(actor.person)
    if current is not None:
        identities.end_visit(current.id, actor=actor)
    for kept in (VISIT, NEW_PHONE):
        request.session.pop(kept, None)
    messages.success(request, "这次现场办理已结束，页面上不再有这位申请人的信息。")
    return redirect("window:visit")


def _begin(request: Request, actor: Actor) -> HttpResponse:
    form = PresentForm.of(request)
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("name", "number", "credit_code", "phone")}
        with form.refusals():
            begun = identities.begin_visit(**typed, actor=actor)
            for former in (MANDATE, NEW_PHONE):
                request.session.pop(former, None)
            request.session[VISIT] = str(begun.id)
            return redirect("window:visit")
    return pages.render(request, "window/document.html", {"form": form}, status=form.status)


def _present(request: Request, acting: Actor) -> HttpResponse:
    assert acting.principal_id is not None
    text = request.GET.get("q", "")[:60].strip()
    context: dict[str, object] = {
        "text": text,
        "found": catalog.search(text) if text else None,
        "corrections": cases.cases_awaiting_correction(acting.principal_id),
        "mine": cases.newest_applications(acting.principal_id, seen_by=acting)[:SHOWN],
    }
    return pages.render(request, "window/visit.html", context)
