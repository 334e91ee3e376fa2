"""Connected systems at the desk: departments register theirs, the data bureau's administrators review."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import Form
from tongban.people.identity.access import officer_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.sso import forms, queries, rules, services

FILTERS: dict[str, str] = {
    "": "全部",
    "waiting": "等待审核",
    **{str(state): label for state, label in rules.STATES.items()},
}
SECRET = "sso.secret"  # noqa: S105
"""Session key: the new secret, which the next page shows once."""


@never_cache
@officer_required
@require_safe
def systems(request: Request) -> HttpResponse:
    """List the department's systems, or all for a reviewer, those that wait first."""
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
        "may_register": actor.has_post(*rules.OWNERS),
    }
    return pages.render(request, "sso/systems.html", context)


@never_cache
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: Request) -> HttpResponse:
    """Register a system of the officer's own department as a draft."""
    actor = request.actor
    post = next((post for post in actor.posts if post.kind in rules.OWNERS), None)
    if post is None:
        raise NotAllowed("接入系统由它所属部门的经办或负责人登记和维护。")
    form = forms.SystemForm.of(request, initial={"kind": "web", "scopes": ["openid"]})

    def save(wanted: dict[str, object]) -> UUID:
        return services.draft_system(post.department_id, contact_id=post.post_id, wanted=wanted, actor=actor).id

    department = organisation.department(post.department_id).name
    return _edit_page(request, form, save, {"department": department, "system": None})


@never_cache
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, system_id: UUID) -> HttpResponse:
    """Change the request of a system."""
    actor = request.actor
    found = queries.system_for(actor, system_id)
    if not queries.owns(actor, found.department_id):
        raise NotAllowed("接入系统由它所属部门的经办或负责人登记和维护。")
    form = forms.SystemForm.of(request, initial=forms.initial_of(found))

    def save(wanted: dict[str, object]) -> UUID:
        return services.change_system(system_id, wanted=wanted, actor=actor).id

    return _edit_page(request, form, save, {"department": found.department.name, "system": found})


@never_cache
@officer_required
@require_safe
def system(request: Request, system_id: UUID) -> HttpResponse:
    """Show one system and the steps that are possible now. A new secret is shown here once."""
    shown = request.session.pop(SECRET, None)
    return system_page(request, system_id, secret=shown[1] if shown and shown[0] == str(system_id) else "")


def system_page(
    request: Request, system_id: UUID, *, secret: str = "", step: str = "", sent: Form | None = None
) -> HttpResponse:
    """Render the system's page. `sent` is the form of a refused `step`, shown again with what was typed."""
    actor = request.actor
    found = queries.system_for(actor, system_id)
    reasons: dict[str, Form] = {name: forms.ReasonForm(step=name) for name in forms.REASONS}
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
        "secret": secret,
        "figures": queries.figures(found),
        "in_force": queries.in_force(found),
        "provider": queries.issuer(),
        "reasons": reasons | ({step: sent} if sent else {}),
        "sent": sent or Form(),
    }
    return pages.render(request, "sso/system.html", context, status=sent.status if sent else 200)


def _check_may_look(actor: Actor) -> None:
    if not actor.has_post(*rules.OWNERS) and not queries.reviews(actor):
        raise NotAllowed("接入系统由各部门的经办、负责人登记，由数据管理部门的管理员审核。")


def _edit_page(
    request: Request, form: forms.SystemForm, save: Callable[[dict[str, object]], UUID], context: dict[str, object]
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        with form.refusals():
            system_id = save(form.wanted)
            messages.success(request, "已保存。填好后请“提交审核”。")
            return redirect("sso:system", system_id)
    scopes = [(name, meaning, forms.why(name)) for name, meaning in queries.scopes().items()]
    status = 422 if form.is_bound else 200
    return pages.render(request, "sso/edit.html", {"form": form, "scopes": scopes, **context}, status=status)
