"""Grant a mandate, or change its scope."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.people.api.guesses import TooManyGuesses, guessing
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.access import citizen_required
from tongban.people.identity.requests import Request
from tongban.people.identity.rules import AGENT, FAMILY, ITEMS, THEMES
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.portal.acting.forms import KINDS, PersonForm, PickingForm, ScopeForm, default_end
from tongban.portal.acting.picking import Picker, picker
from tongban.portal.acting.views.overview import require_own_name

PERSON, MOST_TRIES = "person", 20
"""The counter for names that do not fit their numbers, and how many of these a person may try in a minute."""


@never_cache
@sensitive_post_parameters("name", "number", "relation")
@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: Request) -> HttpResponse:
    """Grant a mandate. A search for items shows the form again with what was typed."""
    actor = require_own_name(request)
    for_firm = actor.acting_for != actor.subject_id
    kind = AGENT if for_firm else chosen_kind(request)
    choice = picker_for(request, kind, [])
    until = default_end(kind, clock.legal_day(clock.now()))
    form = PersonForm.of(
        request,
        initial={"kind": kind, "reach": ITEMS if for_firm else "all", "until": until.isoformat()},
        themes=choice.themes,
        services=choice.chosen | choice.found,
    )
    context = {"for_firm": for_firm}
    if form.is_valid():
        check_fresh_second_factor(request)
        with form.refusals(TooManyGuesses):
            with guessing(request, PERSON, by=str(actor.subject_id), of_one=MOST_TRIES):
                made = identities.grant(
                    kind,
                    name=form.cleaned_data["name"],
                    number=form.cleaned_data["number"],
                    scope=form.scope(),
                    until=form.cleaned_data["until"],
                    relation=form.cleaned_data["relation"],
                    actor=actor,
                )
            name = identity.display_names([made.helper_id])[made.helper_id]
            messages.success(request, f"已授权给{name}，对方接受后生效。您可以随时取消。")
            return redirect("acting:overview")
    return scope_page(request, "acting/give.html", form, choice, context)


@never_cache
@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, mandate_id: UUID) -> HttpResponse:
    """Change the scope, the limit or the end of a mandate, with immediate effect."""
    actor = require_own_name(request)
    line = identity.mandate_between(mandate_id, (actor.acting_for,))
    if line is None or line.mandate.principal_id != actor.acting_for or line.state == "over":
        raise NotFound("没有找到这项授权，可能已经结束，请在“授权管理”里查看。")
    mandate = line.mandate
    chosen = list(mandate.named) if mandate.reach == ITEMS else []
    choice = picker_for(request, mandate.kind, chosen)
    form = ScopeForm.of(
        request,
        initial={
            "reach": mandate.reach,
            "themes": mandate.named if mandate.reach == THEMES else [],
            "services": chosen,
            "most": mandate.most,
            "until": mandate.until.isoformat(),
        },
        themes=choice.themes,
        services=choice.chosen | choice.found,
    )
    if form.is_valid():
        check_fresh_second_factor(request)
        with form.refusals():
            identities.change(mandate_id, scope=form.scope(), until=form.cleaned_data["until"], actor=actor)
            messages.success(request, "授权已修改，马上生效。")
            return redirect("acting:overview")
    return scope_page(request, "acting/change.html", form, choice, {"line": line})


def chosen_kind(request: Request) -> str:
    """Return the posted kind of mandate, or FAMILY if it is unknown; the form then refuses it."""
    sent = PickingForm.of(request)
    asked = sent.cleaned_data["kind"] if sent.is_valid() else FAMILY
    return asked if asked in dict(KINDS) else FAMILY


def picker_for(request: Request, kind: str, chosen: list[str]) -> Picker:
    """Return the picker with the posted boxes ticked, or with those of the mandate before anything is posted."""
    sent = PickingForm.of(request)
    if not sent.is_valid():
        return picker(kind, chosen=chosen, text="")
    return picker(kind, chosen=sent.cleaned_data["services"], text=sent.cleaned_data["q"][:60])


def scope_page(
    request: Request, template: str, form: ScopeForm, choice: Picker, context: Mapping[str, object]
) -> HttpResponse:
    """Render a page that has a ScopeForm with its picker."""
    return pages.render(request, template, {**context, "form": form, "choice": choice}, status=form.status)
