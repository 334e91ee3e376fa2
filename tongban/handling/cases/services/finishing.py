"""Submit what the applicant has checked on one page: what they typed there, their agreement, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, DomainError, Invalid
from tongban.handling.cases import events, queries
from tongban.handling.cases.models import Application, FactCorrection
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import own_application
from tongban.handling.cases.rules.agreement import please_confirm
from tongban.handling.cases.services.drafts import save_answers
from tongban.handling.cases.services.submission import submit
from tongban.people.identity.actors import Actor, Channel

WORDING = "submit/1"
"""The name and version of the wording of the agreement on the check page."""


class NotAgreed(Invalid):
    """The applicant has not confirmed the content and agreed to its use."""

    code = "not-agreed"


class ChangedElsewhere(Conflict):
    """The draft was changed in another window since the applicant checked it."""

    code = "changed-elsewhere"


class CorrectionsRunning(Invalid):
    """A department still owes an answer about facts of the draft, and the applicant has not said to go on with them."""

    code = "corrections-running"


@dataclass(frozen=True)
class Checked:
    """What the check page sends back: the stamps with which it was made, and whether its box was ticked."""

    requirements: str
    """`Plan.stamp`: the versions of the service and its items."""
    answers: str
    """`Plan.answers_stamp` without the page that is filled in there: the other answers and the files that it showed."""
    agreed: bool
    uncorrected: bool = False
    """Whether the applicant wants to submit although corrections of facts are not finished."""


def finish(
    draft_id: UUID, typed: Mapping[str, str], *, page: str, seen: str, checked: Checked, actor: Actor
) -> Application:
    """Save what was typed on the check page itself, and submit the draft. Nothing can change in between.

    `page` is the key of the only page of the draft (`DraftView.form_page`), otherwise empty; `seen` is its stamp. What
    was typed stays saved when the submission is refused. A second call returns the submitted application unchanged.
    Raises Invalid for another page, SavedElsewhere, NotAgreed, CorrectionsRunning, ChangedElsewhere, and as
    `submit`.
    """
    with transaction.atomic():
        application = own_application(draft_id, actor)
        stamp = _save(application, typed, page, seen, actor)
        try:
            with transaction.atomic():
                return _submit(application, stamp, checked, actor)
        except DomainError as error:
            refusal = error
    raise refusal


def _save(application: Application, typed: Mapping[str, str], page: str, seen: str, actor: Actor) -> str:
    """Save the page, if there is one, and return the stamp of everything else that the check page showed."""
    if application.state != Application.States.DRAFT:
        return ""
    stamp = Plan(application).answers_stamp(page)
    if page:
        if page != queries.draft(application.id, actor=actor).form_page:
            raise Invalid("这一页不能在这里填写，请从任务清单里打开。", field=page)
        save_answers(application.id, typed, page=page, actor=actor, seen=seen)
        application.refresh_from_db()
    return stamp


def _check_corrections(application: Application, actor: Actor) -> None:
    """Raise CorrectionsRunning if the applicant waits for the correction of a fact that the draft shows."""
    if not FactCorrection.objects.filter(application__applicant_id=application.applicant_id).exists():
        return  # nearly always, so that the view of the draft is not built for nothing
    if running := queries.draft(application.id, actor=actor).corrections_running:
        names = "、".join(fact.label for fact in running)
        raise CorrectionsRunning(f"{names}的更正还没有结果。可以等部门答复后再交；要现在就交，请勾选“仍要现在提交”")


def _submit(application: Application, stamp: str, checked: Checked, actor: Actor) -> Application:
    if application.state == Application.States.DRAFT:
        if checked.answers and checked.answers != stamp:
            raise ChangedElsewhere(
                "这份申请刚才在另一个窗口或另一台设备上改过，还没有提交。下面已经换成最新的内容，请再核对一遍。"
            )
        if not checked.agreed:
            raise NotAgreed(please_confirm(at_window=actor.channel == Channel.WINDOW), field="agreed")
        if not checked.uncorrected:
            _check_corrections(application, actor)
        event = events.UseAgreed(subject=application.id, wording=WORDING, stamp=Plan(application).stamp)
        announce(event, actor=actor, at=clock.now())
    return submit(application.id, actor=actor, checked=checked.requirements)
