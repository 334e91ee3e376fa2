"""The steps of a registration at the desk: each kind is a collection of the system, and taking a step adds to it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tongban.foundation.errors import NotFound
from tongban.foundation.ui.forms import ConcurrentForm
from tongban.people.identity.access import officer_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.people.sso import queries, services
from tongban.people.sso.forms import ReasonForm
from tongban.people.sso.rules import SECURITY_ADMIN, SYSTEM_ADMIN
from tongban.people.sso.views.desk import SECRET, system_page

OWNER = "owner"


@dataclass(frozen=True)
class Step:
    """One step with a reason: its service, the message afterwards, and the roles that need a fresh proof."""

    service: Callable[..., queries.System]
    said: str
    proved: frozenset[str] = frozenset()
    """Others are not asked for a proof: the service refuses them."""


STEPS = {
    "agreements": Step(services.agree_to_data, "已同意使用个人信息。", frozenset({SECURITY_ADMIN})),
    "approvals": Step(services.approve_system, "已批准，现在生效。", frozenset({SYSTEM_ADMIN})),
    "returns": Step(services.return_system, "已退回，并告知了理由。"),
    "suspensions": Step(
        services.suspend_system, "已暂停，所有人已从这个系统退出。", frozenset({SYSTEM_ADMIN, SECURITY_ADMIN})
    ),
    "resumptions": Step(services.resume_system, "已恢复使用。", frozenset({SYSTEM_ADMIN})),
    "retirements": Step(services.retire_system, "已停用。", frozenset({OWNER, SYSTEM_ADMIN})),
}


@officer_required
@require_POST
def step(request: Request, system_id: UUID, name: str) -> HttpResponse:
    """Take one step of the review, or end a system, with a reason."""
    taken, actor = STEPS[name], request.actor
    _ask_for_proof(request, system_id, taken.proved)
    form = ReasonForm.of(request, step=name)
    if form.is_valid():
        with form.refusals(NotFound):
            taken.service(system_id, **form.cleaned_data, actor=actor)
            messages.success(request, taken.said)
            return redirect("sso:system", system_id)
    return system_page(request, system_id, step=name, sent=form)


@officer_required
@require_POST
def submissions(request: Request, system_id: UUID) -> HttpResponse:
    """Submit the request for review."""
    form = ConcurrentForm.of(request)
    with form.refusals(NotFound):
        services.submit_system(system_id, actor=request.actor)
        messages.success(request, "已提交审核。")
        return redirect("sso:system", system_id)
    return system_page(request, system_id, sent=form)


@officer_required
@require_POST
def secrets(request: Request, system_id: UUID) -> HttpResponse:
    """Make a new secret, which the next page shows once."""
    _ask_for_proof(request, system_id, frozenset({OWNER}))
    form = ConcurrentForm.of(request)
    with form.refusals(NotFound):
        _, text = services.make_secret(system_id, actor=request.actor)
        request.session[SECRET] = [str(system_id), text]
        return redirect("sso:system", system_id)
    return system_page(request, system_id, sent=form)


@officer_required
@require_POST
def endings(request: Request, system_id: UUID, secret_id: UUID) -> HttpResponse:
    """End one secret."""
    _ask_for_proof(request, system_id, frozenset({OWNER}))
    services.end_secret(system_id, secret_id, reason="在页面上作废", actor=request.actor)
    messages.success(request, "这个密钥已作废。")
    return redirect("sso:system", system_id)


def _ask_for_proof(request: Request, system_id: UUID, proved: frozenset[str]) -> None:
    """Ask for a fresh proof if the officer has one of the roles that take the step."""
    if _takes(request.actor, system_id, proved):
        check_fresh_second_factor(request)


def _takes(actor: Actor, system_id: UUID, proved: frozenset[str]) -> bool:
    reviewers = proved - {OWNER}
    if reviewers and queries.reviews(actor, *reviewers):
        return True
    return OWNER in proved and queries.owns(actor, queries.system_for(actor, system_id).department_id)
