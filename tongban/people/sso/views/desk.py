"""Connected systems at the desk: departments register theirs, the data bureau's administrators review."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation.errors import DomainError, NotAllowed
from tongban.foundation.ui import pages
from tongban.foundation.ui.refusals import add_refusal
from tongban.people.identity.access import officer_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.people.organisation import queries as organisation
from tongban.people.sso import forms, queries, rules, services

FILTERS = {"": "全部", "waiting": "等待审核", **rules.STATES}
OWNER = "owner"
PROVED = {
    "agree": {rules.SECURITY_ADMIN},
    "approve": {rules.SYSTEM_ADMIN},
    "suspend": {rules.SYSTEM_ADMIN, rules.SECURITY_ADMIN},
    "resume": {rules.SYSTEM_ADMIN},
    "retire": {OWNER, rules.SYSTEM_ADMIN},
    "secret": {OWNER},
    "end-secret": {OWNER},
}
"""Acts before which their actor proves again that it is he, and who he is; others are refused by the service."""
SECRET = "sso.secret"  # noqa: S105
"""Session key: the secret that the next page shows, once."""


@never_cache
@officer_required
@require_safe
def systems(request: Request) -> HttpResponse:
    """The department's systems; for a reviewer all, what waits first."""
    actor = request.actor
    _check_may_look(actor)
    state = request.GET.get("state", "")
    state = state if state in FILTERS else ""
    context = {
        "page": queries.systems_for(actor, state=state, page=request.GET.get("page", 1)),
        "state": state,
        "filters": FILTERS,
        "states": rules.STATES,
        "reviews": queries.reviews(actor),
        "may_register": any(post.kind in rules.OWNERS for post in actor.posts),
    }
    return pages.render(request, "sso/systems.html", context)


@never_cache
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponse:
    """Begin the registration of a system of one's own department."""
    actor = request.actor
    post = next((post for post in actor.posts if post.kind in rules.OWNERS), None)
    if post is None:
        raise NotAllowed("接入系统由它所属部门的经办或负责人登记和维护。")
    form = forms.SystemForm(request.POST or None, initial={"kind": "web", "scopes": ["openid"]})

    def save(wanted: dict[str, Any]) -> UUID:
        return services.draft_system(post.department_id, contact_id=post.post_id, wanted=wanted, actor=actor).id

    department = organisation.department(post.department_id).name
    return _filled_in(request, form, save, {"department": department, "system": None})


@never_cache
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, system_id: UUID) -> HttpResponse:
    """Change what it wants."""
    actor = request.actor
    found = queries.system_for(actor, system_id)
    if not queries.owns(actor, found.department_id):
        raise NotAllowed("接入系统由它所属部门的经办或负责人登记和维护。")
    form = forms.SystemForm(request.POST or None, initial=forms.typed(found))

    def save(wanted: dict[str, Any]) -> UUID:
        return services.change_system(system_id, wanted=wanted, actor=actor).id

    return _filled_in(request, form, save, {"department": found.department.name, "system": found})


@never_cache
@officer_required
@require_safe
def system(request: Request, system_id: UUID) -> HttpResponse:
    """All about one system, with what may be done to it now; a new secret is shown here once."""
    actor = request.actor
    found = queries.system_for(actor, system_id)
    shown = request.session.pop(SECRET, None)
    context = {
        "system": found,
        "states": rules.STATES,
        "kinds": rules.KINDS,
        "meanings": queries.scopes(),
        "sensitive": rules.sensitive(found.scopes),
        "owner": queries.owns(actor, found.department_id),
        "system_admin": queries.reviews(actor, rules.SYSTEM_ADMIN),
        "security_admin": queries.reviews(actor, rules.SECURITY_ADMIN),
        "secrets": queries.good_secrets(found),
        "secret": shown[1] if shown and shown[0] == str(system_id) else "",
        "figures": queries.figures(found),
        "in_force": queries.in_force(found),
        "provider": queries.issuer(),
    }
    return pages.render(request, "sso/system.html", context)


@officer_required
@require_POST
def act(request: Request, system_id: UUID, name: str) -> HttpResponse:
    """One step of a registration's life; `ACTS` names them."""
    actor = request.actor
    if _has_right_to(name, system_id, actor):
        check_fresh_second_factor(request)
    try:
        ACTS[name](request, system_id, actor)
    except DomainError as refusal:
        if refusal.status not in {409, 422}:
            raise
        messages.error(request, refusal.message)
    return redirect("sso:system", system_id)


def _check_may_look(actor: Actor) -> None:
    if not any(post.kind in rules.OWNERS for post in actor.posts) and not queries.reviews(actor):
        raise NotAllowed("接入系统由各部门的经办、负责人登记，由数据管理部门的管理员审核。")


def _has_right_to(name: str, system_id: UUID, actor: Actor) -> bool:
    """Whether it is an act for a fresh proof, and the officer one of those who do it."""
    by = PROVED.get(name, set())
    reviewers = by - {OWNER}
    if reviewers and queries.reviews(actor, *reviewers):
        return True
    return OWNER in by and queries.owns(actor, queries.system_for(actor, system_id).department_id)


def _filled_in(
    request: Request, form: forms.SystemForm, save: Callable[[dict[str, Any]], UUID], context: dict[str, Any]
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            system_id = save(form.wanted)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "已保存。填好后请“提交审核”。")
            return redirect("sso:system", system_id)
    scopes = [(name, meaning, forms.why(name)) for name, meaning in queries.scopes().items()]
    status = 422 if form.is_bound else 200
    return pages.render(request, "sso/edit.html", {"form": form, "scopes": scopes, **context}, status=status)


def _submit(request: Request, system_id: UUID, actor: Actor) -> None:
    services.submit_system(system_id, actor=actor)
    messages.success(request, "已提交审核。")


def _make_secret(request: Request, system_id: UUID, actor: Actor) -> None:
    _, text = services.make_secret(system_id, actor=actor)
    request.session[SECRET] = [str(system_id), text]


def _end_secret(request: Request, system_id: UUID, actor: Actor) -> None:
    try:
        secret_id = UUID(request.POST.get("secret", ""))
    except ValueError:
        return
    services.end_secret(system_id, secret_id, reason="在页面上作废", actor=actor)
    messages.success(request, "这个密钥已作废。")


def _reviewing(service: Callable[..., Any], done: str) -> Callable[[Request, UUID, Actor], None]:
    def run(request: Request, system_id: UUID, actor: Actor) -> None:
        service(system_id, reason=request.POST.get("reason", ""), actor=actor)
        messages.success(request, done)

    return run


ACTS: dict[str, Callable[[Request, UUID, Actor], None]] = {
    "submit": _submit,
    "agree": _reviewing(services.agree_to_data, "已同意使用个人信息。"),
    "approve": _reviewing(services.approve_system, "已批准，现在生效。"),
    "return": _reviewing(services.return_system, "已退回，并告知了理由。"),
    "suspend": _reviewing(services.suspend_system, "已暂停，所有人已从这个系统退出。"),
    "resume": _reviewing(services.resume_system, "已恢复使用。"),
    "retire": _reviewing(services.retire_system, "已停用。"),
    "secret": _make_secret,
    "end-secret": _end_secret,
}
