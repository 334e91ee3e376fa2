"""Submit what the applicant has checked on one page: what they typed there, their agreement, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid
from tongban.handling.cases import events
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import own_application
from tongban.handling.cases.services.drafts import save_answers
from tongban.handling.cases.services.submission import submit
from tongban.people.identity.actors import Actor

WORDING = "submit/1"
"""The name and version of the wording of the agreement on the check page."""


class NotAgreed(Invalid):
    """The applicant has not confirmed the content and agreed to its use."""

    code = "not-agreed"


class ChangedElsewhere(Conflict):
    """The draft was changed in another window since the applicant checked it."""

    code = "changed-elsewhere"


@dataclass(frozen=True)
class Checked:
    """What the check page sends back: the stamps with which it was made, and whether its box was ticked."""

    requirements: str
    """`Plan.stamp`: the versions of the service and its items."""
    answers: str
    """`Plan.answers_stamp`: the answers and files that the page showed."""
    agreed: bool


def finish(
    draft_id: UUID, typed: Mapping[str, str], *, page: str, seen: str, checked: Checked, actor: Actor
) -> Application:
    """Save what was typed on the check page itself (`page` is then its key, otherwise empty), and submit the draft.

    What was typed stays saved when the submission is refused. A second call returns the submitted application
    unchanged. Raises SavedElsewhere, NotAgreed, ChangedElsewhere, and as `submit`.
    """
    if page:
        _save(draft_id, typed, page, seen, actor)
    return _submit(draft_id, "" if page else checked.answers, checked, actor)


@transaction.atomic
def _save(draft_id: UUID, typed: Mapping[str, str], page: str, seen: str, actor: Actor) -> None:
    if own_application(draft_id, actor).state == Application.States.DRAFT:
        save_answers(draft_id, typed, page=page, actor=actor, seen=seen)


@transaction.atomic
def _submit(draft_id: UUID, seen: str, checked: Checked, actor: Actor) -> Application:
    application = own_application(draft_id, actor)
    if application.state == Application.States.DRAFT:
        plan = Plan(application)
        if seen and seen != plan.answers_stamp:
            raise ChangedElsewhere(
                "这份申请刚才在另一个窗口或另一台设备上改过，还没有提交。下面已经换成最新的内容，请再核对一遍。"
            )
        if not checked.agreed:
            raise NotAgreed("请看过全部内容后勾选“我确认……”，再提交", field="agreed")
        event = events.UseAgreed(subject=application.id, wording=WORDING, stamp=plan.stamp)
        announce(event, actor=actor, at=clock.now())
    return submit(draft_id, actor=actor, checked=checked.requirements)
