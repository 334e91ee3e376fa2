"""What an officer does with a case: each act is one call into the domain, and no word typed is lost."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.foundation.ui import pages
from tongban.handling.cases import queries, services
from tongban.people.identity.access import officer_required
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import check_second_factor_in_use
from tongban.portal.desk import casepage
from tongban.portal.desk.casepage import Typed

CONFIRM = {
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


@officer_required
@require_POST
def acceptance(request: Request, number: str) -> HttpResponse:
    """Accept, or refuse to accept with the reason."""
    if request.POST.get("outcome") == "refuse":
        return _act(request, number, services.refuse_acceptance, "已作出不予受理的决定", confirm="refuse")
    return _act(request, number, services.accept, "已受理，办理时限开始计算")


@officer_required
@require_POST
def correction(request: Request, number: str) -> HttpResponse:
    """Tell the applicant once all that is missing."""
    file = services.open_case_file(number, actor=request.actor)
    step = _step(file, request)
    typed = Typed(step=str(step.id), wanted=_wanted(file, request))
    for key, sentence in typed.wanted.items():
        if not sentence:
            typed.errors[f"id_sentence-{key}"] = "请写明这项材料要怎样补正，申请人会照着做"
    if typed.errors:
        return casepage.render(request, file, typed=typed, status=422)
    wanted = [{"material": key, "sentence": sentence} for key, sentence in typed.wanted.items()]
    return _do(request, file, typed, "已发出补正通知，等申请人补正", lambda actor: services.request_correction(
        step.id, wanted=wanted, actor=actor
    ))  # fmt: skip


@officer_required
@require_POST
def opinion(request: Request, number: str) -> HttpResponse:
    """Give this post's opinion."""
    return _act(request, number, services.give_opinion, "意见已提交", outcome=request.POST.get("outcome", ""))


@officer_required
@require_POST
def decision(request: Request, number: str) -> HttpResponse:
    """Grant, or deny after a confirmation; who uses a second factor has given it in the last half hour."""
    outcome = request.POST.get("outcome", "")
    said = "已决定不予准许，决定书已送达" if outcome == "deny" else "已准予，结果已生成"
    return _act(request, number, services.decide, said, confirm=outcome, factor=True, outcome=outcome)


@officer_required
@require_POST
def making(request: Request, number: str) -> HttpResponse:
    """The physical result is made."""
    return _act(request, number, services.complete_making, "制证完成")


@officer_required
@require_POST
def delivery(request: Request, number: str) -> HttpResponse:
    """The result has reached the applicant."""
    return _act(request, number, services.complete_delivery, "送达完成，办件已办结")


def _act(
    request: Request,
    number: str,
    service: Callable[..., Any],
    said: str,
    *,
    confirm: str = "",
    factor: bool = False,
    **more: str,
) -> HttpResponse:
    file = services.open_case_file(number, actor=request.actor)
    step = _step(file, request)
    words = request.POST.get("opinion", "").strip()
    typed = Typed(step=str(step.id), opinion=words)
    if request.POST.get("confirmed") == "no":
        return casepage.render(request, file, typed=typed)
    asked = confirm in CONFIRM and request.POST.get("confirmed") != "yes"
    if asked and words and step in file.actionable:
        context = {"file": file, "step": step, "opinion": words, "outcome": confirm, "path": request.path}
        return pages.render(request, "desk/confirm.html", context | CONFIRM[confirm])
    if factor and step in file.actionable:
        check_second_factor_in_use(request, minutes=30)
    return _do(request, file, typed, said, lambda actor: service(step.id, actor=actor, opinion=words, **more))


def _do(request: Request, file: queries.CaseFile, typed: Typed, said: str, act: Callable[[Any], Any]) -> HttpResponse:
    """Call the service; what it refuses comes back as the same page with the words that were typed."""
    actor, number = request.actor, file.case.number
    try:
        act(actor)
    except Invalid as error:
        place = "wanted" if error.field == "wanted" else f"opinion-{typed.step}"
        typed.errors[f"id_{place}"] = error.message
        return casepage.render(request, file, typed=typed, status=error.status)
    except Conflict as conflict:
        fresh = queries.case_file(number, actor)
        return casepage.render(request, fresh, typed=typed, conflict=conflict.message, status=conflict.status)
    messages.success(request, f"{said}。")
    return redirect("desk:case", number)


def _step(file: queries.CaseFile, request: Request) -> Any:
    """The step that the form names, if it is one of this case."""
    asked = request.POST.get("step", "")
    step = next((s for s in file.steps if str(s.id) == asked), None)
    if step is None:
        raise NotFound("没有找到这个待办，请从待办列表里重新打开办件。")
    return step


def _wanted(file: queries.CaseFile, request: Request) -> dict[str, str]:
    """The materials that were ticked or for which a sentence was written."""
    ticked = set(request.POST.getlist("wanted"))
    sentences = {m.key: request.POST.get(f"sentence-{m.key}", "").strip() for m in file.materials}
    return {key: sentence for key, sentence in sentences.items() if sentence or key in ticked}
