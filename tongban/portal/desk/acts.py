"""What officers do with a case. Each view makes one service call; refused forms come back with what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tongban.foundation.errors import Conflict, NotFound
from tongban.foundation.ui import pages
from tongban.handling.cases import queries, services
from tongban.people.identity.access import officer_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.policy import PurposeNeeded
from tongban.people.identity.requests import Request
from tongban.portal.desk import casepage
from tongban.portal.desk import words as texts
from tongban.portal.desk.forms import CorrectionForm, NamedStepForm, StepBoundForm, StepForm

CONFIRM = {
    "grant": {
        "title": "核对后准予",
        "text": "请再看一遍。准予后系统立即签发下面的结果，等它的其他办件会开始办理。决定不能撤销。",
        "button": "确认准予",
    },
    "refuse": {
        "title": "确认不予受理",
        "text": "申请人会收到不予受理的结果和您写的理由；等这个办件的其他办件会一起终止。",
        "button": "确认不予受理",
    },
    "deny": {
        "title": "确认不予准许",
        "text": "系统会生成加盖电子印章的决定书，写明理由和救济途径；等它的其他办件会一起终止。决定不能撤销。",
        "button": "确认不予准许",
    },
}
"""Outcomes that the officer has to confirm, with the texts of the confirmation page."""


@dataclass(frozen=True)
class Act:
    """What completes a step."""

    service: Callable[..., object]
    said: str
    """The message of success, without its full stop."""
    confirm: str = ""
    """The key of CONFIRM, if the officer has to confirm it."""


@officer_required
@require_POST
def acceptance(request: Request, number: str) -> HttpResponse:
    """Accept the case, or refuse to accept it with a reason."""

    def act(outcome: str) -> Act:
        if outcome == "refuse":
            return Act(services.refuse_acceptance, "已作出不予受理的决定", confirm="refuse")
        return Act(services.accept, "已受理，办理时限开始计算")

    return _complete(request, number, act)


@officer_required
@require_POST
def correction(request: Request, number: str) -> HttpResponse:
    """Send the correction notice: everything that is missing, once."""
    actor = request.actor
    file = _file(number, actor)
    step = _step(file, request)
    form = CorrectionForm.of(request, step=step, file=file)
    if form.is_valid():
        with form.refusals(NotFound):
            services.request_correction(step.id, wanted=form.lines, actor=actor)
            messages.success(request, "已发出补正通知，等申请人补正。")
            return redirect("desk:case", number)
    return _show_again(request, file, form)


@officer_required
@require_POST
def opinion(request: Request, number: str) -> HttpResponse:
    """Give the opinion of the officer's post."""
    return _complete(
        request, number, lambda outcome: Act(partial(services.give_opinion, outcome=outcome), "意见已提交")
    )


@officer_required
@require_POST
def decision(request: Request, number: str) -> HttpResponse:
    """Grant or deny, each after a second look. The policy asks for a second factor in use."""

    def act(outcome: str) -> Act:
        said = "已决定不予准许，决定书已送达" if outcome == "deny" else "已准予，结果已生成"
        return Act(partial(services.decide, outcome=outcome), said, confirm=outcome)

    return _complete(request, number, act)


@officer_required
@require_POST
def making(request: Request, number: str) -> HttpResponse:
    """Record that the physical result has been made."""
    return _complete(request, number, lambda _: Act(services.complete_making, "制证完成"))


@officer_required
@require_POST
def delivery(request: Request, number: str) -> HttpResponse:
    """Record that the result has reached the applicant."""
    return _complete(request, number, lambda _: Act(services.complete_delivery, "送达完成，办件已办结"))


def _complete(request: Request, number: str, act_of: Callable[[str], Act]) -> HttpResponse:
    """Complete the posted step by the act of the button that was pressed."""
    actor = request.actor
    file = _file(number, actor)
    step = _step(file, request)
    form = StepForm.of(request, step=step)
    if not form.is_valid():
        return _show_again(request, file, form)
    words, confirmed = form.cleaned_data["opinion"], form.cleaned_data["confirmed"]
    if confirmed == "no":
        return casepage.render(request, file, sent=StepForm(step=step, initial={"opinion": words}))
    act = act_of(form.cleaned_data["outcome"])
    asked = act.confirm in CONFIRM and confirmed != "yes"
    if asked and (words or act.confirm == "grant") and step in file.actionable:
        missing = [material.name for material in file.materials if material.necessary and not material.met]
        context = {
            "file": file,
            "step": step,
            "opinion": words,
            "outcome": act.confirm,
            "path": request.path,
            "missing": missing,
            "words": texts,
            "me": actor.subject_id,
        }
        return pages.render(request, "desk/confirm.html", context | CONFIRM[act.confirm])
    with form.refusals(NotFound):
        act.service(step.id, actor=actor, opinion=words)
        messages.success(request, f"{act.said}。")
        return redirect("desk:case", number)
    return _show_again(request, file, form)


def _file(number: str, actor: Actor) -> queries.CaseFile:
    """Open the case. Without a task in it, return the file all the same: the service refuses the act."""
    try:
        return services.open_case_file(number, actor=actor)
    except PurposeNeeded:
        return queries.case_file(number, actor)


def _show_again(request: Request, file: queries.CaseFile, form: StepBoundForm) -> HttpResponse:
    """Show the page again with what was typed. If somebody else was faster, show the case as it is now."""
    try:
        if form.status == Conflict.status or not file.actionable:
            file = services.open_case_file(file.case.number, actor=request.actor)
    except PurposeNeeded:
        return redirect("desk:case", file.case.number)
    return casepage.render(request, file, sent=form)


def _step(file: queries.CaseFile, request: Request) -> queries.StepOfFile:
    """Return the step that the posted form names. Raises NotFound if it is not one of this case."""
    named = NamedStepForm.of(request)
    asked = named.cleaned_data["step"] if named.is_valid() else None
    step = next((s for s in file.steps if s.id == asked), None)
    if step is None:
        raise NotFound("没有找到这个待办，请从待办列表里重新打开办件。")
    return step
