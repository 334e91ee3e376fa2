"""Accept, end and confirm mandates, and claim guardianship of a child."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation import clock
from tongban.foundation.errors import Invalid, NotFound
from tongban.foundation.ids import id_from
from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import Form
from tongban.people.faces import queries as faces
from tongban.people.faces import services as face_services
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.access import citizen_required
from tongban.people.identity.actors import Actor
from tongban.people.identity.queries import MandateLine
from tongban.people.identity.requests import Request
from tongban.people.identity.rules import FAMILY, GUARDIAN, ConfirmedBy, MandateState
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.portal.acting.forms import FaceForm
from tongban.portal.acting.views.overview import require_own_name

CHALLENGE = "face_challenge"
"""Session key: the movements that were prompted, and when."""
TO_TAKE_PICTURES = 20
"""Minutes for which a second factor given before the form counts: uploaded files would be lost if it asked again."""


@never_cache
@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: Request, mandate_id: UUID) -> HttpResponse:
    """Accept a mandate. Family helpers pass a face check here, or go to a window instead."""
    actor = require_own_name(request)
    line = _line(mandate_id, actor)
    if line.state != MandateState.PENDING:
        raise NotFound("这项授权已经答复过了，或已经结束，请在“授权管理”里查看。")
    if actor.subject_id != _answers(line):
        raise NotFound("这项授权要由对方本人答复，您在“授权管理”里可以看到结果。")
    with_face = line.mandate.kind == FAMILY
    form = FaceForm.of(request) if with_face else Form.of(request)
    if request.method == "POST":
        check_fresh_second_factor(request, minutes=TO_TAKE_PICTURES if with_face else 5)
    elif with_face and faces.available():
        check_fresh_second_factor(request)
    if form.is_valid():
        with form.refusals():
            confirmed = _check_face(request, form, actor) if with_face else ConfirmedBy.NOT_NEEDED
            identities.accept(mandate_id, actor=actor, confirmed=confirmed)
            messages.success(request, "已接受。办事前请先切换到对方的身份，每一步对方都看得到。")
            return redirect("acting:overview")
    prompts: list[str] = []
    if with_face and faces.available():
        prompts = face_services.new_challenge()
        request.session[CHALLENGE] = {"prompts": prompts, "at": clock.now().isoformat()}
    if isinstance(form, FaceForm):
        form.ask([faces.PROMPTS[key] for key in prompts])
    context: dict[str, object] = {
        "line": line,
        "right_words": identity.right_words,
        "guardian": line.mandate.kind == GUARDIAN,
        "with_face": with_face,
        "available": bool(prompts),
        "demo": faces.is_demo(),
        "form": form,
    }
    return pages.render(request, "acting/accept.html", context, status=form.status)


@never_cache
@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, mandate_id: UUID) -> HttpResponse:
    """Ask for a confirmation, then end the mandate, or decline it if it still waits for the actor's answer."""
    actor = require_own_name(request)
    line = _line(mandate_id, actor)
    if line.state == MandateState.OVER and request.method != "POST":
        messages.info(request, "这项授权已经结束。")
        return redirect("acting:overview")
    declines = line.state == MandateState.PENDING and actor.subject_id == _answers(line)
    if request.method == "POST":
        act = identities.decline if declines else identities.revoke
        act(mandate_id, actor=actor)
        messages.success(request, "已结束，对方从现在起不能再用这项授权办事。填过的内容留在本人的草稿里。")
        return redirect("acting:overview")
    mine = line.mandate.principal_id == actor.acting_for
    context = {"line": line, "mine": mine, "declines": declines, "right_words": identity.right_words}
    return pages.render(request, "acting/end.html", context)


@citizen_required
@require_POST
def confirm(request: Request, mandate_id: UUID) -> HttpResponse:
    """Keep an agent, as the firm's new legal representative."""
    actor = require_own_name(request)
    if _line(mandate_id, actor).mandate.principal_id == actor.acting_for:
        check_fresh_second_factor(request)
    identities.confirm(mandate_id, actor=actor)
    messages.success(request, "已确认，这位经办人可以接着办事。")
    return redirect("acting:overview")


@citizen_required
@require_POST
def claim(request: Request) -> HttpResponse:
    """Begin to act for a child, as a parent according to the base libraries."""
    child_id = id_from(request.POST.get("child", ""))
    if child_id is None:
        raise NotFound("请从列出的孩子里选择。")
    actor = require_own_name(request)
    if child_id in {child.id for child in identity.children_to_claim(actor.person)}:
        check_fresh_second_factor(request)
    made = identities.claim_guardianship(child_id, actor=actor)
    if made.accepted_at is None:
        messages.info(request, "孩子已满 8 周岁，要他本人同意：请孩子用自己的账号登录后同意，或一起到服务窗口确认。")
    else:
        messages.success(request, "可以替孩子办事了。办事前请先切换到孩子的身份。")
    return redirect("acting:overview")


def _line(mandate_id: UUID, actor: Actor) -> MandateLine:
    line = identity.mandate_between(mandate_id, (actor.subject_id, actor.acting_for))
    if line is None:
        raise NotFound("没有找到这项授权，请在“授权管理”里查看。")
    return line


def _answers(line: MandateLine) -> UUID:
    """Return who answers the mandate: the helper, or the child when a parent wants to act for them."""
    return line.mandate.principal_id if line.mandate.kind == GUARDIAN else line.mandate.helper_id


def _check_face(request: Request, form: Form, actor: Actor) -> ConfirmedBy:
    """Compare the pictures with the prompted movements; nothing is stored, and the prompts count once.

    Returns how the confirmation is recorded. Raises Invalid if the check fails or the prompts expired.
    """
    asked = request.session.pop(CHALLENGE, None)
    if asked is None:
        raise Invalid("这次提示的动作已过期，请按页面上新的提示重新拍。")
    limit = face_services.MAX_IMAGE_BYTES + 1
    pictures = form.cleaned_data
    reference = pictures["reference"]
    result = face_services.compare(
        actor.person,
        reference=reference.read(limit) if reference else b"",
        frames=[frame.read(limit) for name in ("front", "move1", "move2") if (frame := pictures[name])],
        challenge=asked["prompts"],
        asked_at=datetime.fromisoformat(asked["at"]),
        purpose="family-mandate",
        actor=actor,
    )
    if not (result.matched and result.live):
        raise Invalid(f"人脸核验没有通过：{result.reason or '和证件照片对不上'}也可以带身份证到服务窗口确认。")
    return ConfirmedBy.FACE
