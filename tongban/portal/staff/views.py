"""The departments that one manages, the staff of one, and why somebody may do something."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.people.identity import policy
from tongban.people.identity import queries as identity
from tongban.people.identity.access import officer_required, post_required
from tongban.people.identity.policies import ADMINISTRATORS
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import POST_LABELS, PostKind
from tongban.portal.staff.access import managed, manages
from tongban.portal.staff.forms import PostForm

PAGE = 20


@post_required(PostKind.HEAD, PostKind.SYSTEM_ADMIN)
@require_safe
def departments(request: Request) -> HttpResponse:
    """The departments whose staff the actor manages: a head's own, a system administrator's region."""
    actor = request.actor
    text = request.GET.get("q", "").strip()[:40]
    level = request.GET.get("level", "")
    found = organisation.departments_managed(
        [post.department_id for post in actor.posts if post.kind == PostKind.HEAD],
        [post.division_code for post in actor.posts if post.kind == PostKind.SYSTEM_ADMIN],
        text=text,
        level=level,
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page", "1"))
    context = {"page": page, "text": text, "level": level, "levels": organisation.LEVELS}
    return pages.render(request, "staff/departments.html", context)


@officer_required
@require_safe
def department(request: Request, department_id: UUID) -> HttpResponse:
    """The posts of a department with who holds them."""
    actor = request.actor
    return pages.render(request, "staff/department.html", staff_of(managed(department_id, actor), actor))


def staff_of(department: Any, actor: Any, form: PostForm | None = None) -> dict[str, Any]:
    """What the page of a department shows: four queries, however many posts."""
    holders = identity.holders_at(department.id)
    posts = [(post, holders.get(post.id, [])) for post in organisation.posts(department.id)]
    people: dict[UUID, dict[str, Any]] = {}
    for post, held_by in posts:
        for holder in held_by:
            person = people.setdefault(holder.subject_id, {"name": holder.name, "id": holder.subject_id, "posts": []})
            person["posts"].append(post.name + (f"（代 {holder.stands_in_for}）" if holder.stands_in_for else ""))
    accounts = identity.accounts_for_posts(people)
    for key, person in people.items():
        person["account"] = accounts.get(key)
    kinds = [(kind, label) for kind, label in POST_LABELS.items() if manages(department, actor, kind)]
    return {
        "department": department,
        "posts": posts,
        "people": list(people.values()),
        "kinds": kinds,
        "offers": identity.offers_at(department.id),
        "now": clock.now(),
        "form": form or PostForm(),
        "himself": actor.subject_id,
    }


@post_required(*ADMINISTRATORS)
@require_safe
def policies(request: Request) -> HttpResponse:
    """Every policy in words; and for one account and one case, each decision with its clauses."""
    login_name = request.GET.get("login", "").strip()[:60]
    number = request.GET.get("number", "").replace(" ", "").strip()[:22]
    decisions, error = [], ""
    if login_name and number:
        try:
            person = identity.actor_of_subject(identity.subject_of_account(login_name))
            decisions = [
                (words, policy.decide(action, person, at=clock.now(), **thing))
                for words, action, thing in cases.policy_questions(number)
            ]
        except NotFound as missing:
            error = missing.message
    elif login_name or number:
        error = "请同时填写账号名和办件编号。"
    context = {
        "policies": policy.policies(),
        "decisions": decisions,
        "error": error,
        "login": login_name,
        "number": number,
    }
    return pages.render(request, "staff/policies.html", context, 422 if error else 200)
