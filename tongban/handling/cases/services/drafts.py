"""Drafts: one for each service and applicant, saved page by page, resumed on any device."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Conflict, Invalid
from tongban.handling.cases import events
from tongban.handling.cases.models import Application, Attachment
from tongban.handling.cases.plan import MATERIALS, QUESTIONS, Plan
from tongban.handling.cases.problems import please_answer, problems_on
from tongban.handling.cases.rights import drafts_of, own_application, own_draft
from tongban.handling.cases.rules.form import FieldError, clean
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.services import correcting
from tongban.handling.cases.services.starting import check_may_apply, merge, new_plan
from tongban.handling.cases.services.unneeded import delete_removed
from tongban.people.identity.actors import Actor
from tongban.trust.files import services as files

MAX_ANSWER_LENGTH = 20_000
"""The most characters that one answer may have, valid or not, since every page of the draft loads all answers."""


@dataclass(frozen=True)
class NamedFile:
    """A file to attach, with the name that it has at the applicant's."""

    content: files.Source
    name: str


class SavedElsewhere(Conflict):
    """The page was saved in another window or by another device since the applicant opened it here.

    Nothing was saved. `stored` has the answers that are stored now.
    """

    code = "saved-elsewhere"

    def __init__(self, stored: Mapping[str, str]) -> None:
        super().__init__("这一页刚才在另一个窗口或另一台设备上改过，这里的还没有保存。两边的内容都在，请选用哪一份。")
        self.stored = stored


@transaction.atomic
def start_draft(service: str, *, kind: str, actor: Actor) -> Application:
    """Start a draft, or return the one that the applicant already has for the service.

    Facts that the city already knows are filled in. Raises NotFound, CannotStart, LevelNeeded, or OutsideMandate.
    """
    applicant_id = check_may_apply(service, kind=kind, actor=actor)
    existing = drafts_of(applicant_id, service).first()
    if existing is not None:
        return existing
    now = clock.now()
    application = new_plan(service, kind=kind, applicant_id=applicant_id, actor=actor, at=now).application
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:  # another tab started it at the same moment
        other = drafts_of(applicant_id, service).first()
        if other is None:
            raise
        return other
    announce(events.ApplicationStarted(subject=application.id, service=service), actor=actor, at=now)
    return application


@transaction.atomic
def save_answers(
    application_id: UUID, answers: Mapping[str, str], *, page: str, actor: Actor, seen: str = ""
) -> list[FieldError]:
    """Save one page as typed, even where it is wrong, and return what has to be corrected.

    Answers that are not sent stay as they are, except commitments: an empty box is not sent. An answer to a question
    that a record has answered is ignored, since the page does not ask it. A page without errors is marked as done.
    `seen` is the stamp of the page as it was opened (`Plan.page_stamp`); if the stored page differs from it and from
    what is sent, SavedElsewhere is raised. Raises Conflict if the draft is submitted already, Invalid for an answer of
    more than 20,000 characters, and as `rights.own_application`.
    """
    application = own_draft(application_id, actor)
    plan = Plan(application)
    sent = _sent(plan, page, answers)
    stored = {key: application.answers.get(key, "") for key in sent}
    if seen and seen != plan.page_stamp(page) and sent != stored:
        raise SavedElsewhere(stored)
    application.answers = application.answers | sent
    now = clock.now()
    problems = problems_on(plan, page, clock.legal_day(now))
    if page == QUESTIONS:
        asked = {q.key: q.text for q in plan.asked if q.key in answers}
        known = {problem.field for problem in problems}
        missing = {key: text for key, text in asked.items() if key not in known and key not in sent}
        problems += [FieldError(page, key, please_answer(text)) for key, text in missing.items()]
    done = set(application.pages_done) - {page}
    application.pages_done = sorted(done if problems else done | {page})
    application.saved_at = now
    application.save(update_fields=["answers", "pages_done", "saved_at"])
    return problems


def _sent(plan: Plan, page: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the answers to a page that were sent, normalised. Raises Invalid for one that is far too long."""
    keys = plan.keys_on(page)
    sent = {key: answers[key] for key in keys if key in answers}
    if endless := next((key for key, value in sent.items() if len(value) > MAX_ANSWER_LENGTH), None):
        raise Invalid(f"有一处写了 {len(sent[endless])} 个字，太长了，没有保存。请精简后再填。", field=endless)
    if page == MATERIALS:
        return {key: "yes" if sent.get(key) == "yes" else "" for key in keys}
    if page == QUESTIONS:
        return {q.key: sent[q.key] for q in plan.asked if sent.get(q.key) in plan.choices(q)}
    return {key: clean(plan.fields[key], value) for key, value in sent.items()}


@transaction.atomic
def merge_answers(application_id: UUID, answers: Mapping[str, str], *, actor: Actor) -> None:
    """Save answers to any questions and fields at once, for other systems. Other answers stay as they are.

    Raises as `starting.merge`.
    """
    application = own_draft(application_id, actor)
    merge(Plan(application), answers, clock.now())
    application.save(update_fields=["answers", "saved_at"])


@transaction.atomic
def attach(application_id: UUID, material: str, *, content: files.Source, name: str, actor: Actor) -> Attachment:
    """Store the file of one material, in a draft or for a correction. It replaces the material's earlier file.

    Raises Conflict if the application does not accept the file now, Invalid for an unknown material, FileRefused for
    a file that is too large or of a wrong kind, and as `rights.own_application`.
    """
    application = own_application(application_id, actor)
    if application.state not in {Application.States.DRAFT, Application.States.SUBMITTED}:
        raise Conflict("这份申请已经结束，不能再添加材料。")
    if material not in Plan(application).materials:
        raise Invalid("这份申请不需要这项材料，请从材料清单里选择。", field=material)
    if application.state == Application.States.SUBMITTED and not _awaits_correction(application, material):
        raise Conflict("申请已经提交，现在没有要求补交这项材料，不能再换。需要改动时，请等补正通知，或撤回后重新申请。")
    now = clock.now()
    stored = files.store(content, name=name, actor=actor)
    _touch(application, now)
    replaced = application.attachments.filter(material=material, removed_at__isnull=True).update(removed_at=now)
    if replaced and application.state == Application.States.DRAFT:
        delete_removed(application, actor=actor, at=now)
    attachment = Attachment.objects.create(application=application, material=material, file_id=stored.id, added_at=now)
    announce(events.MaterialAttached(subject=application.id, material=material, file_id=stored.id), actor=actor, at=now)
    return attachment


@transaction.atomic
def attach_all(application_id: UUID, chosen: Mapping[str, NamedFile], *, actor: Actor) -> list[FieldError]:
    """Store the files of several materials. Return what is wrong with those that are refused; the others are kept.

    Raises Conflict, and as `rights.own_application`; then none is stored.
    """
    problems: list[FieldError] = []
    for material, file in chosen.items():
        try:
            attach(application_id, material, content=file.content, name=file.name, actor=actor)
        except Invalid as refusal:
            problems.append(FieldError(MATERIALS, material, refusal.message))
    return problems


@transaction.atomic
def save_materials(
    application_id: UUID,
    ticked: Mapping[str, str],
    chosen: Mapping[str, NamedFile],
    *,
    actor: Actor,
    seen: str = "",
) -> list[FieldError]:
    """Save the ticks and the files of the page of materials. Returns and raises as `save_answers` and `attach_all`."""
    save_answers(application_id, ticked, page=MATERIALS, actor=actor, seen=seen)
    return attach_all(application_id, chosen, actor=actor)


def _awaits_correction(application: Application, material: str) -> bool:
    """Return whether a case that uses the material waits for a correction; otherwise its file must not change."""
    waiting = application.cases.filter(state=State.CORRECTION, materials__key=material)
    return bool(waiting.exists())


@transaction.atomic
def detach(application_id: UUID, material: str, *, actor: Actor) -> None:
    """Remove the file of one material from a draft, and delete it."""
    application, now = own_draft(application_id, actor), clock.now()
    _touch(application, now)
    _remove(application, material, actor=actor)
    delete_removed(application, actor=actor, at=now)


def _touch(application: Application, at: datetime) -> None:
    """Note that the applicant worked on the draft, so that it is kept."""
    if application.state == Application.States.DRAFT:
        application.saved_at = at
        application.save(update_fields=["saved_at"])


def _remove(application: Application, material: str, *, actor: Actor) -> None:
    now = clock.now()
    if application.attachments.filter(material=material, removed_at__isnull=True).update(removed_at=now):
        announce(events.MaterialRemoved(subject=application.id, material=material), actor=actor, at=now)


@transaction.atomic
def discard_draft(application_id: UUID, *, actor: Actor, end_corrections: bool = False) -> None:
    """Discard a draft. What was filled in and uploaded is deleted; the row stays as proof that there was a draft.

    Requests for the correction of facts go on, since the register is wrong with or without the draft. With
    `end_corrections`, those without an answer are withdrawn.
    """
    application = own_draft(application_id, actor)
    if end_corrections:
        correcting.end_corrections(application, actor=actor, reason="申请人放弃草稿，不再要求更正")
    discard(application, actor=actor, reason="申请人放弃草稿")


def discard(application: Application, *, actor: Actor, reason: str) -> None:
    """Discard a locked draft, and delete what was filled in and uploaded."""
    for material in application.attachments.filter(removed_at__isnull=True).values_list("material", flat=True):
        _remove(application, material, actor=actor)
    delete_removed(application, actor=actor, at=clock.now(), reason=reason)
    application.state = Application.States.DISCARDED
    empty(application)
    announce(events.ApplicationDiscarded(subject=application.id), actor=actor, reason=reason)


def empty(application: Application) -> None:
    """Save a discarded draft without what was filled in."""
    application.answers, application.facts, application.sources, application.pages_done = {}, {}, {}, []
    application.save(update_fields=["state", "answers", "facts", "sources", "pages_done"])
