"""Who is behind a request and for whom he acts; the decorators that let only the right kind of person onto a page."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui.audience import mark_audience
from tongban.people.identity import queries
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.models import Account
from tongban.people.identity.rules import MandateOver, RepresentationOver, may_see_papers
from tongban.people.identity.stepup import proof_of
from tongban.people.organisation.rules import PostKind

View = Callable[..., HttpResponse]
CITIZENS, APPLICANTS, OFFICERS, SIGNED_IN = "citizens", "applicants", "officers", "signed in"
POSTS = "holders of a post"
"""For whom an address is (see `ui.audience`); whose rows it shows is decided by services and policies."""
SELF = "self"
"""The key of one's own name, where names are chosen."""
PRINCIPAL = "principal"
"""Session key: the organisation for which the person acts."""
MANDATE = "mandate"
"""Session key: the mandate by which the person acts for another."""
NOT_OWN = (
    "您登录的账号还不能打开您本人的办件和证照：它是单位为您的岗位开立的，或者刚在窗口核验、还没到生效的时间。"
    "请用您自己的账号登录；也可以在“账号与安全”里看怎样把它核验成本人账号。"
)
VISIT = "visit"
"""Session key: the visit that the clerk began at this browser."""


def actor_of_request(request: HttpRequest) -> Actor | None:
    """The signed-in actor as himself, or None. Asked once a request: one query for the account, one for the posts."""
    if not hasattr(request, "_actor"):
        account = getattr(request, "user", None)
        found = queries.actor_of(account) if isinstance(account, Account) and account.is_active else None
        if found is not None:
            found = replace(found, prove=partial(proof_of, request))
        request._actor = found  # type: ignore[attr-defined]
    actor: Actor | None = request._actor  # type: ignore[attr-defined]
    return actor


def applicant_of_request(request: HttpRequest) -> Actor | None:
    """The signed-in actor in whose name he acts now: his own or another's.

    Another is his firm, somebody who mandated him, or the person at his window.

    Asked once a request; a right to act that has ended since is dropped, and the reader is told.
    """
    if not hasattr(request, "_applicant"):
        actor = actor_of_request(request)
        request._applicant = actor and _acting(request, actor)  # type: ignore[attr-defined]
    applicant: Actor | None = request._applicant  # type: ignore[attr-defined]
    return applicant


def _acting(request: HttpRequest, actor: Actor) -> Actor:
    if actor.subject_id is None:
        return actor
    if MANDATE in request.session and actor.own:
        return _by_mandate(request, actor, actor.subject_id)
    if actor.is_officer and VISIT in request.session:
        visit = queries.open_visit(actor.subject_id)
        if visit is not None and str(visit.id) == request.session[VISIT]:
            return replace(actor, principal_id=visit.applicant_id, channel=Channel.WINDOW)
        del request.session[VISIT]
        messages.warning(request, "这次现场办理已经结束，需要接着办请重新核对证件。", fail_silently=True)
    if not actor.own:
        return actor
    citizen = replace(actor, posts=())  # on the pages of citizens the holder of a post is a citizen like others
    if PRINCIPAL in request.session:
        organisation_id = UUID(request.session[PRINCIPAL])
        if queries.represents(actor.subject_id, organisation_id):
            return replace(citizen, principal_id=organisation_id)
        del request.session[PRINCIPAL]
        request._right_ended = RepresentationOver  # type: ignore[attr-defined]
        messages.warning(request, "您已不能代表刚才的企业，现在以您本人的身份办事。", fail_silently=True)
    return citizen


def _by_mandate(request: HttpRequest, actor: Actor, subject_id: UUID) -> Actor:
    """As a helper: without his posts, since nobody handles at a desk what he applies for. Deciders do not help."""
    found = None if decides(actor) else queries.right_of(UUID(request.session[MANDATE]), subject_id)
    if found is not None:
        right, principal_id = found
        return replace(actor, principal_id=principal_id, right=right, posts=())
    del request.session[MANDATE]
    request._right_ended = MandateOver  # type: ignore[attr-defined]
    messages.warning(request, "代办的授权已经结束，现在以您本人的身份办事。", fail_silently=True)
    return actor


def decides(actor: Actor) -> bool:
    """Whether he holds a post that reviews or decides; such an officer does not act for others by mandate."""
    return any(post.kind in {PostKind.HANDLER, PostKind.HEAD} for post in actor.posts)


def citizen_required(view: View) -> View:
    """Let persons and organisations in with an account of their own, whatever posts they hold; sets `request.actor`."""
    return _guarded(
        CITIZENS,
        view,
        applicant_of_request,
        lambda actor: actor.acts_as_citizen and actor.channel != Channel.WINDOW,
        f"这里是群众和企业办事的页面。{NOT_OWN}",
    )


def applicant_required(view: View) -> View:
    """Let in whoever applies: persons, organisations, and a clerk for the person at his window."""
    return _guarded(
        APPLICANTS,
        view,
        applicant_of_request,
        lambda actor: actor.acts_as_citizen,
        f"这里是群众和企业办事的页面。为到场的人办理，请先在办件台的“现场办理”里核对证件。{NOT_OWN}",
    )


def in_own_name(view: View) -> View:
    """Inside another guard: keep out who acts by a mandate, which is for applications and not for all that is his."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_see_papers(request.actor):  # type: ignore[attr-defined]
            raise NotAllowed("这一页只给本人看，代办的人不能打开。请先在页面上方切换回您本人。")
        return view(request, *args, **kwargs)

    return guarded


def officer_required(view: View) -> View:
    """Let officers in, and sets `request.actor`."""
    return _guarded(
        OFFICERS,
        view,
        actor_of_request,
        lambda actor: actor.is_officer,
        "这里是工作人员的页面，请用有岗位的工作人员账号登录。",
    )


def post_required(*kinds: str) -> Callable[[View], View]:
    """Let in who holds a post of one of the kinds (`head`, `audit-admin` …), at whatever department."""

    def guard(view: View) -> View:
        return _guarded(
            f"{POSTS}: {', '.join(kinds)}",
            view,
            actor_of_request,
            lambda actor: any(post.kind in kinds for post in actor.posts),
            "这个页面由专门岗位的工作人员使用，您现在的岗位没有查看它的权限；需要时请联系本部门负责人。",
        )

    return guard


def sign_in_required(view: View) -> View:
    """Let everyone in who is signed in, and sets `request.actor`."""
    return _guarded(SIGNED_IN, view, actor_of_request, lambda actor: True, "")


def _guarded(
    audience: str,
    view: View,
    find: Callable[[HttpRequest], Actor | None],
    allowed: Callable[[Actor], bool],
    refusal: str,
) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = find(request)
        if actor is None:
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': _way_back(request)}, safe='/')}")
        if request.method == "POST" and hasattr(request, "_right_ended"):
            raise request._right_ended
        if not allowed(actor):
            raise NotAllowed(refusal)
        request.actor = actor  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return mark_audience(audience, guarded)


def _way_back(request: HttpRequest) -> str:
    """Where to go after signing in: the page itself, or where a form that was posted came from."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
