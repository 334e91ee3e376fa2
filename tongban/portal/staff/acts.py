"""Establish posts, appoint people, reissue initial passwords, and end appointments."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.people.identity import services as identity
from tongban.people.identity.access import officer_required, post_required
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.queries import Department
from tongban.people.organisation.rules import PostKind
from tongban.people.signin import services as signin
from tongban.people.signin.services.staffing import HOURS
from tongban.portal.staff.access import managed_department
from tongban.portal.staff.forms import AppointForm, LeavingForm, PostForm, ReissueForm, RenameForm
from tongban.portal.staff.views import department_page, people_at


@officer_required
@require_POST
def post(request: Request, department_id: UUID) -> HttpResponse:
    """Establish a post."""
    actor = request.actor
    department = managed_department(department_id, actor)
    form = PostForm.of(request)
    if form.is_valid():
        with form.refusals():
            identity.open_post(department_id, **form.cleaned_data, actor=actor)
            messages.success(request, f"岗位“{form.cleaned_data['name']}”已设立，可以任命工作人员了。")
            return redirect("staff:department", department_id)
    return pages.render(request, "staff/department.html", department_page(department, actor, form), form.status)


@post_required(PostKind.SYSTEM_ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Request, department_id: UUID) -> HttpResponse:
    """Give a department its new name, by a document that is named."""
    actor = request.actor
    department = managed_department(department_id, actor)
    form = RenameForm.of(request, initial={"name": department.name, "short_name": department.short_name})
    if form.is_valid():
        with form.refusals():
            renamed = identity.rename_department(department_id, **form.cleaned_data, actor=actor)
            messages.success(request, f"部门名称已改为“{renamed.name}”。以前签发的证照和文书仍是原名称。")
            return redirect("staff:department", department_id)
    return pages.render(request, "staff/rename.html", {"department": department, "form": form}, form.status)


@never_cache
@sensitive_post_parameters("name", "number")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: Request, department_id: UUID, post_id: UUID) -> HttpResponse:
    """Appoint a person to a post by name and number. People with an account of their own are asked first."""
    actor = request.actor
    department = managed_department(department_id, actor)
    chosen = organisation.post(post_id)
    if chosen is None or chosen.department_id != department.id:
        raise NotFound("没有找到这个岗位，请从岗位列表里选择。")
    form = AppointForm.of(request)
    if form.is_valid():
        with form.refusals():
            taken, given = signin.take_on(post_id=post_id, **form.cleaned_data, actor=actor)
            if given is not None and given.shown:
                return _initial_password_page(request, department, taken.person.name, given)
            messages.success(
                request, _result_words(chosen.name, offered=taken.offer is not None, with_password=given is not None)
            )
            return redirect("staff:department", department_id)
    context = {"department": department, "post": chosen, "form": form}
    return pages.render(request, "staff/appoint.html", context, form.status)


def _result_words(post: str, *, offered: bool, with_password: bool) -> str:
    if offered:
        return f"这个人有自己的账号，已向本人发出“{post}”的任职邀请；接受以后生效，14 天不答复作废。"
    if with_password:
        return f"已任命到“{post}”。账号和初始密码已用短信发给本人，{HOURS} 小时内有效，只能登录一次。"
    return f"已任命到“{post}”，今天起可以办理这个岗位的待办。"


def _initial_password_page(request: Request, department: Department, name: str, given: object) -> HttpResponse:
    """Show the initial password this once. It is kept in no message and no session."""
    context = {"department": department, "name": name, "given": given, "hours": HOURS}
    return pages.render(request, "staff/initial_password.html", context)


@never_cache
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: Request, department_id: UUID, subject_id: UUID) -> HttpResponse:
    """Issue another initial password for an account that was opened for a post."""
    actor = request.actor
    department = managed_department(department_id, actor)
    person = next((row for row in people_at(department.id) if row["id"] == subject_id), None)
    if person is None or not person["account"]:
        raise NotFound("这个人没有单位开立的账号。本人自己的账号，密码由本人找回。")
    form = ReissueForm.of(request)
    if form.is_valid():
        asked = {"department_id": department_id, **form.cleaned_data, "actor": actor}
        with form.refusals():
            given = signin.reissue_initial_password(subject_id, **asked)
            if given.shown:
                return _initial_password_page(request, department, person["name"], given)
            messages.success(request, f"新的初始密码已用短信发给本人，{HOURS} 小时内有效，只能登录一次。")
            return redirect("staff:department", department_id)
    context = {"department": department, "person": person, "form": form}
    return pages.render(request, "staff/reissue.html", context, form.status)


@officer_required
@require_POST
def withdraw(request: Request, department_id: UUID, offer_id: UUID) -> HttpResponse:
    """Withdraw an offer that has not been answered."""
    actor = request.actor
    managed_department(department_id, actor)
    identity.withdraw_offer(offer_id, actor=actor)
    messages.success(request, "任职邀请已撤回。")
    return redirect("staff:department", department_id)


@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: Request, department_id: UUID, subject_id: UUID) -> HttpResponse:
    """End all appointments of a person in the department in one act; a successor may take over the posts."""
    actor = request.actor
    department = managed_department(department_id, actor)
    people = people_at(department.id)
    person = next((row for row in people if row["id"] == subject_id), None)
    if person is None:
        raise NotFound("这个人在这个部门没有任职，请从人员列表里选择。")
    others = [(str(row["id"]), row["name"]) for row in people if row["id"] != subject_id]
    form = LeavingForm.of(request)
    if form.is_valid():
        given = {"reason": form.cleaned_data["reason"], "successor_id": form.cleaned_data["successor"]}
        if given["successor_id"] and str(given["successor_id"]) not in dict(others):
            form.add_error("successor", "请从列出的人员里选择")
        else:
            with form.refusals():
                identity.leave(subject_id, department_id=department_id, **given, actor=actor)
                messages.success(
                    request, f"{person['name']}的任职已全部结束，他经手的待办留在原岗位，由在岗人员继续办理。"
                )
                return redirect("staff:department", department_id)
    context: dict[str, object] = {"department": department, "person": person, "others": others, "form": form}
    return pages.render(request, "staff/leaving.html", context, form.status)
