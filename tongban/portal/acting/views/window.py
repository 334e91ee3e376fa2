"""Mandates at the window: the clerk registers a signed form, or an answer of the person who is present."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation import clock
from tongban.foundation.errors import Invalid, NotAllowed, NotFound
from tongban.foundation.names import same_name
from tongban.people.api.guesses import TooManyGuesses, guessing
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.access import applicant_required
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.queries import Subject
from tongban.people.identity.requests import Request
from tongban.people.identity.rules import AGENT
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.portal.acting.forms import WAYS, WindowForm, default_end
from tongban.portal.acting.views.giving import MOST_TRIES, PERSON, chosen_kind, picker_for, scope_page
from tongban.trust.files import services as file_contents

FRESH, TO_FILL_IN = 30, 45
"""Minutes for which the clerk's second factor counts when the form is shown, and when it is sent.

Clerks are asked once in a while, not for each person. They are asked before the form, because uploaded files would be
lost if it asked again.
"""


@never_cache
@sensitive_post_parameters("name", "number", "relation", "principal_name", "principal_number")
@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def mandates(request: Request) -> HttpResponse:
    """Register a signed form; list the mandates that the person who is present gave or has to answer."""
    actor = _clerk(request)
    assert actor.acting_for is not None
    check_fresh_second_factor(request, minutes=TO_FILL_IN if request.method == "POST" else FRESH)
    present = identity.subject(actor.acting_for)
    for_firm = present.kind == Subject.Kinds.ORGANISATION
    kind = AGENT if for_firm else chosen_kind(request)
    choice = picker_for(request, kind, [])
    until = default_end(kind, clock.legal_day(clock.now()))
    form = WindowForm.of(
        request,
        initial={"kind": kind, "reach": "all", "until": until.isoformat()},
        themes=choice.themes,
        services=choice.chosen | choice.found,
    )
    if form.is_valid():
        with form.refusals(TooManyGuesses):
            with guessing(request, PERSON, by=str(actor.subject_id), of_one=MOST_TRIES):
                _grant(form, kind, present, actor)
            messages.success(request, "授权已登记，授权书已加密保存。双方都可以随时取消。")
            return redirect("acting:window")
    given = identity.mandates_given(actor.acting_for)
    context: dict[str, object] = {
        "for_firm": for_firm,
        "ways": WAYS[:2] if for_firm else WAYS,
        "waiting": [] if for_firm else identity.mandates_to_answer(actor.acting_for),
        "given": given.object_list,
        "right_words": identity.right_words,
    }
    return scope_page(request, "acting/window.html", form, choice, context)


@applicant_required
@require_POST
def answer(request: Request, mandate_id: UUID) -> HttpResponse:
    """Record that the person who is present accepts, declines or ends a mandate."""
    actor = _clerk(request)
    acts: dict[str, Callable[..., object]] = {
        "accept": identities.accept,
        "decline": identities.decline,
        "revoke": identities.revoke,
    }
    act = acts.get(request.POST.get("answer", ""))
    if act is None:
        raise Invalid("请选择接受、不接受或取消。")
    check_fresh_second_factor(request, minutes=TO_FILL_IN)
    act(mandate_id, actor=actor)
    messages.success(request, "已按到场人的意思登记。")
    return redirect("acting:window")


def _clerk(request: Request) -> Actor:
    actor = request.actor
    if actor.channel != Channel.WINDOW:
        raise NotAllowed("这一页由窗口工作人员在现场办理时使用，本人请到“授权管理”。")
    return actor


def _grant(form: WindowForm, kind: str, present: Subject, actor: Actor) -> None:
    """Store the signed form and grant the mandate. Raises NotFound if the principal at home is unknown."""
    data = form.cleaned_data
    way, upload = data["way"], data["form"]
    if way == "helper":
        principal = identity.subject_by_number(data["principal_number"])
        if principal is None or not same_name(principal.name, data["principal_name"]):
            raise NotFound("授权人的姓名和号码对不上，或还没有登记。请对照授权人的证件检查。")
        name, number = present.name, present.number
    else:
        principal, name, number = present, data["name"], data["number"]
    stored = file_contents.store(upload, name=upload.name or "授权书", actor=actor)
    identities.grant_at_window(
        kind,
        principal=principal,
        name=name,
        number=number,
        scope=form.scope(),
        until=data["until"],
        relation=data["relation"],
        form_id=stored.id,
        helper_present=way in {"both", "helper"},
        actor=actor,
    )
