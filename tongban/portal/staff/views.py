"""The departments that an officer manages, the staff of one, and explanations of policy decisions."""

from typing import TypedDict
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.people.identity import policy
from tongban.people.identity import queries as identity
from tongban.people.identity.access import officer_required, post_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import Account, Holder
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department, Post
from tongban.people.organisation.rules import ADMINISTRATORS, POST_LABELS, PostKind
from tongban.portal.staff.access import managed_department, manages
from tongban.portal.staff.forms import PostForm
from tongban.portal.staff.policies import EXPLAIN

PAGE = 20


class StaffMember(TypedDict):
    """A person who holds posts at a department, and the account that was opened for these posts, if any."""

    id: UUID
    name: str
    posts: list[str]
    account: Account | None


@post_required(PostKind.HEAD, PostKind.SYSTEM_ADMIN)
@require_safe
def departments(request: Request) -> HttpResponse:
    """List the departments whose staff the actor manages: as head their own, as system administrator their region's."""
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
    """Show the posts of a department, their holders, and open offers."""
    actor = request.actor
    return pages.render(
        request, "staff/department.html", department_page(managed_department(department_id, actor), actor)
    )


def department_page(department: Department, actor: Actor, form: PostForm | None = None) -> dict[str, object]:
    """Return the context of a department's page. Takes four queries, however many posts there are."""
    posts = _posts_with_holders(department.id)
    kinds = [(kind, label) for kind, label in POST_LABELS.items() if manages(department, actor, kind)]
    return {
        "department": department,
        "posts": posts,
        "people": _people(posts),
        "kinds": kinds,
        "offers": identity.offers_at(department.id),
        "now": clock.now(),
        "form": form or PostForm(),
        "own_id": actor.subject_id,
        "may_rename": actor.has_post(PostKind.SYSTEM_ADMIN),
    }


def people_at(department_id: UUID) -> list[StaffMember]:
    """Return the people who hold posts at a department, in the order of the posts."""
    return _people(_posts_with_holders(department_id))


def _posts_with_holders(department_id: UUID) -> list[tuple[Post, list[Holder]]]:
    holders = identity.holders_at(department_id)
    return [(post, holders.get(post.id, [])) for post in organisation.posts(department_id)]


def _people(posts: list[tuple[Post, list[Holder]]]) -> list[StaffMember]:
    accounts = identity.accounts_for_posts({holder.subject_id for _, held_by in posts for holder in held_by})
    people: dict[UUID, StaffMember] = {}
    for post, held_by in posts:
        for holder in held_by:
            key = holder.subject_id
            person = people.setdefault(key, {"id": key, "name": holder.name, "posts": [], "account": accounts.get(key)})
            person["posts"].append(post.name + (f"（代 {holder.stands_in_for}）" if holder.stands_in_for else ""))
    return list(people.values())


@post_required(*ADMINISTRATORS)
@require_safe
def policies(request: Request) -> HttpResponse:
    """List every policy in words. For one account and one case, show each decision with its clauses.

    Raises PolicyRefused if the administrator of a district asks about an account or a case.
    """
    division = city().code
    login_name = request.GET.get("login", "").strip()[:60]
    number = request.GET.get("number", "").replace(" ", "").strip()[:22]
    decisions, error = [], ""
    is_asked = bool(login_name or number)
    if is_asked:
        policy.check(EXPLAIN, request.actor, at=clock.now(), city=division)
    if login_name and number:
        try:
            person = identity.actor_of_subject(identity.subject_of_account(login_name))
            decisions = [
                (words, policy.decide(action, person, at=clock.now(), **target))
                for words, action, target in cases.policy_questions(number)
            ]
        except NotFound as missing:
            error = missing.message
    elif is_asked:
        error = "请同时填写账号名和办件编号。"
    context = {
        "policies": policy.policies.values(),
        "decisions": decisions,
        "error": error,
        "may_explain": is_asked or policy.can(EXPLAIN, request.actor, at=clock.now(), city=division),
        "login": login_name,
        "number": number,
    }
    return pages.render(request, "staff/policies.html", context, 422 if error else 200)
