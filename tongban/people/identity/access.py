"""Find out who is behind a request and in whose name they act, and guard pages with decorators that check it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from tongban.foundation import clock
from tongban.foundation.city import city
from tongban.foundation.errors import NotAllowed
from tongban.foundation.ui.audience import mark_audience
from tongban.people.identity import policy, queries
from tongban.people.identity.actors import Actor, Channel
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.requests import Request, admit
from tongban.people.identity.rules import MandateOver, RepresentationOver, may_see_papers
from tongban.people.identity.stepup import proof_of
from tongban.people.organisation.rules import POST_LABELS, PostKind

View = Callable[..., HttpResponseBase]
CITIZENS, APPLICANTS, OFFICERS, SIGNED_IN = "citizens", "applicants", "officers", "signed in"
POSTS = "holders of a post"
"""Audiences of addresses (see `ui.audience`). Services and policies decide whose rows a page shows."""
SELF = "self"
"""The key of the person's own name on the page where names are chosen."""
PRINCIPAL = "principal"
"""Session key: the id of the organisation that the person acts for."""
MANDATE = "mandate"
"""Session key: the id of the mandate by which the person acts for somebody else."""
NOT_OWN = (
    "您登录的账号还不能打开您本人的办件和证照：它是单位为您的岗位开立的，或者刚在窗口核验、还没到生效的时间。"
    "请用您自己的账号登录；也可以在“账号与安全”里看怎样把它核验成本人账号。"
)
VISIT = "visit"
"""Session key: the id of the visit that the clerk began in this browser."""
_PRINCIPAL = "_principal"
"""The attribute of a request that holds the subject in whose name its person acts, if it is somebody else."""


def actor_of_request(request: HttpRequest) -> Actor | None:
    """Return the signed-in actor in their own name, or None.

    The answer is kept for the request and costs no query behind a session, whose statement reads the account with its
    posts. It carries how they proved who they are, so that policies can ask for it.
    """
    state = vars(request)
    if "_actor" not in state:
        account = getattr(request, "user", None)
        found = _own_actor(account) if isinstance(account, Account) and account.is_active else None
        if found is not None:
            found = replace(found, proof=proof_of(request))
        state["_actor"] = found
    actor: Actor | None = state["_actor"]
    return actor


def _own_actor(account: Account) -> Actor:
    standing = queries.standing_of(account)
    return standing.actor if standing is not None else queries.actor_of(account)


def applicant_of_request(request: HttpRequest) -> Actor | None:
    """Return the signed-in actor in the name in which they act now, or None.

    That name is their own, their firm's, that of somebody who gave them a mandate, or that of the person at their
    window. The answer is kept for the request. A right to act that has ended is dropped, with a message on the page.
    """
    state = vars(request)
    if "_applicant" not in state:
        actor = actor_of_request(request)
        state["_applicant"] = actor and _acting(request, actor)
    applicant: Actor | None = state["_applicant"]
    return applicant


def principal_of_request(request: HttpRequest) -> Subject | None:
    """Return the subject in whose name the signed-in person acts, if it is somebody else. Costs no further query."""
    applicant_of_request(request)
    principal: Subject | None = vars(request).get(_PRINCIPAL)
    return principal


def _acting(request: HttpRequest, actor: Actor) -> Actor:
    vars(request).pop(_PRINCIPAL, None)
    if actor.subject_id is None:
        return actor
    if MANDATE in request.session and actor.own:
        return _by_mandate(request, actor, actor.subject_id)
    if actor.is_officer and VISIT in request.session:
        visit = queries.open_visit(actor.subject_id)
        if visit is not None and str(visit.id) == request.session[VISIT]:
            vars(request)[_PRINCIPAL] = visit.applicant
            return replace(actor, principal_id=visit.applicant_id, channel=Channel.WINDOW)
        del request.session[VISIT]
        messages.warning(request, "这次现场办理已经结束，需要接着办请重新核对证件。", fail_silently=True)
    if not actor.own:
        return actor
    citizen = replace(actor, posts=())  # on citizens' pages somebody who holds a post is a citizen like everybody else
    if PRINCIPAL in request.session:
        organisation_id = UUID(request.session[PRINCIPAL])
        firm = queries.represented_firm(actor.subject_id, organisation_id)
        if firm is not None:
            vars(request)[_PRINCIPAL] = firm
            return replace(citizen, principal_id=organisation_id)
        del request.session[PRINCIPAL]
        vars(request)["_right_ended"] = RepresentationOver
        messages.warning(request, "您已不能代表刚才的企业，现在以您本人的身份办事。", fail_silently=True)
    return citizen


def _by_mandate(request: HttpRequest, actor: Actor, subject_id: UUID) -> Actor:
    """Return the actor as a helper, without their posts: nobody handles at the desk what they applied for.

    Officers who review or decide cases do not act by mandate.
    """
    found = None if decides(actor) else queries.right_of(UUID(request.session[MANDATE]), subject_id)
    if found is not None:
        right, principal = found
        vars(request)[_PRINCIPAL] = principal
        return replace(actor, principal_id=principal.id, right=right, posts=())
    del request.session[MANDATE]
    vars(request)["_right_ended"] = MandateOver
    messages.warning(request, "代办的授权已经结束，现在以您本人的身份办事。", fail_silently=True)
    return actor


def decides(actor: Actor) -> bool:
    """Return whether the actor holds a post that reviews or decides. Such officers do not act for others by mandate."""
    return actor.has_post(PostKind.HANDLER, PostKind.HEAD)


def citizen_required(view: View) -> View:
    """Admit persons and organisations with an account of their own, whatever posts they hold. Set `request.actor`."""
    return _guarded(
        CITIZENS,
        view,
        applicant_of_request,
        lambda actor: actor.acts_as_citizen and actor.channel != Channel.WINDOW,
        lambda actor: f"这里是群众和企业办事的页面。{NOT_OWN}",
    )


def applicant_required(view: View) -> View:
    """Admit whoever applies: persons, organisations, and a clerk who serves somebody at a window."""
    return _guarded(
        APPLICANTS,
        view,
        applicant_of_request,
        lambda actor: actor.acts_as_citizen,
        lambda actor: f"这里是群众和企业办事的页面。为到场的人办理，请先在办件台的“现场办理”里核对证件。{NOT_OWN}",
    )


def in_own_name(view: View) -> View:
    """Keep out those who act by a mandate: it covers applications, not the principal's papers. Use inside a guard."""

    @wraps(view)
    def guarded(request: Request, *args: object, **kwargs: object) -> HttpResponseBase:
        if not may_see_papers(request.actor):
            raise NotAllowed("这一页只给本人看，代办的人不能打开。请先在页面上方切换回您本人。")
        return view(request, *args, **kwargs)

    return guarded


def officer_required(view: View) -> View:
    """Admit officers. Set `request.actor`."""
    return _guarded(
        OFFICERS,
        view,
        actor_of_request,
        lambda actor: actor.is_officer,
        lambda actor: "这里是工作人员的页面，请用有岗位的工作人员账号登录。",
    )


def post_required(*kinds: str) -> Callable[[View], View]:
    """Admit those who hold a post of one of the kinds (`head`, `audit-admin` …) at any department."""

    def guard(view: View) -> View:
        return _guarded(
            f"{POSTS}: {', '.join(kinds)}",
            view,
            actor_of_request,
            lambda actor: actor.has_post(*kinds),
            lambda actor: _other_posts(kinds, actor),
        )

    return guard


def city_policy_required(action: str) -> Callable[[View], View]:
    """Admit whom the policy admits for the whole city, not only for a district. Raises PolicyRefused. Inside a guard.

    For pages that show or change what is everybody's: how the platform runs, its keys, its records.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: Request, *args: object, **kwargs: object) -> HttpResponseBase:
            policy.check(action, request.actor, at=clock.now(), city=city().code)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def city_post_required(action: str, *kinds: str) -> Callable[[View], View]:
    """Admit those who hold a post of one of the kinds and whom the policy admits for the whole city."""

    def guard(view: View) -> View:
        return post_required(*kinds)(city_policy_required(action)(view))

    return guard


def _other_posts(kinds: Iterable[str], actor: Actor) -> str:
    """Return why somebody who holds none of the posts does not see a page: whose it is, and what they hold."""
    wanted = "、".join(POST_LABELS[PostKind(kind)] for kind in kinds)
    held = "、".join(dict.fromkeys(POST_LABELS[PostKind(post.kind)] for post in actor.posts))
    return f"这一页由{wanted}岗位的工作人员使用，" + (
        f"您的岗位是{held}，不能查看。" if held else "您没有这个岗位，不能查看。"
    )


def sign_in_required(view: View) -> View:
    """Admit everybody who is signed in. Set `request.actor`."""
    return _guarded(SIGNED_IN, view, actor_of_request, lambda actor: True, lambda actor: "")


def _guarded(
    audience: str,
    view: View,
    find: Callable[[HttpRequest], Actor | None],
    allowed: Callable[[Actor], bool],
    refusal: Callable[[Actor], str],
) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        actor = find(request)
        if actor is None:
            return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': _way_back(request)}, safe='/')}")
        if request.method == "POST" and (ended := vars(request).get("_right_ended")):
            raise ended
        if not allowed(actor):
            raise NotAllowed(refusal(actor))
        return view(admit(request, actor), *args, **kwargs)

    return mark_audience(audience, guarded)


def _way_back(request: HttpRequest) -> str:
    """Return where to go after signing in: the page with its query, or the bare address of a form that was posted."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
