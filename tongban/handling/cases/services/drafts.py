"""Drafts: one for each service and applicant, saved page by page, resumed on any device."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid
from tongban.handling.cases import events
from tongban.handling.cases.models import Application, Attachment
from tongban.handling.cases.plan import MATERIALS, QUESTIONS, Plan
from tongban.handling.cases.rights import (
    own_application,
    own_draft,
)
from tongban.handling.cases.rules.form import FieldError, clean, problem_with
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.services.starting import check_may_apply, draft_of, merge, new_plan
from tongban.people.identity.actors import Actor
from tongban.trust.files import services as files

MAX_ANSWER_LENGTH = 20_000
"""The most characters that one answer may have, valid or not, since every page of the draft loads all answers."""


@dataclass(frozen=True)
class NamedFile:
    """A file to attach, with the name that it has at the applicant's."""

    content: files.Source
    name: str


@transaction.atomic
def start_draft(service: str, *, kind: str, actor: Actor) -> Application:
    """Start a draft, or return the one that the applicant already has for the service.

    Facts that the city already knows are filled in. Raises NotFound, CannotStart, LevelNeeded, or OutsideMandate.
    """
    applicant_id = check_may_apply(service, kind=kind, actor=actor)
    existing = draft_of(applicant_id, service)
    if existing is not None:
        return existing
    now = clock.now()
    application = new_plan(service, kind=kind, applicant_id=applicant_id, actor=actor, at=now).application
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:  # another tab started it at the same moment
        other = draft_of(applicant_id, service)
        if other is None:
            raise
        return other
    announce(events.ApplicationStarted(subject=application.id, service=service), actor=actor, at=now)
    return application


@transaction.atomic
def save_answers(application_id: UUID, answers: Mapping[str, str], *, page: str, actor: Actor) -> list[FieldError]:
    """Save one page as typed, even where it is wrong, and return what has to be corrected.

    A page without errors is marked as done. Raises Conflict if the draft is submitted already, Invalid for an answer
    of more than 20,000 characters, and as `rights.own_application`.
    """
    application = own_draft(application_id, actor)
    plan = Plan(application)
    problems: list[FieldError] = []
    answers = {key: value for key, value in answers.items() if key in plan.answerable}
    if endless := next((key for key, value in answers.items() if len(value) > MAX_ANSWER_LENGTH), None):
        raise Invalid(f"有一处写了 {len(answers[endless])} 个字，太长了，没有保存。请精简后再填。", field=endless)
    kept = dict(application.answers)
    if page == QUESTIONS:
        for question in plan.bundle.questions:
            value = answers.get(question.key, "")
            if value in dict(question.choices):
                kept[question.key] = value
            else:
                problems.append(FieldError(page, question.key, f"请回答：{question.text}"))
    fields = next((fields for key, _, fields in plan.pages if key == page), [])
    kept |= {field.key: clean(field, answers.get(field.key, "")) for field in fields}
    today = clock.legal_day(clock.now())
    for field in fields:
        sentence = problem_with(field, kept[field.key], kept, today, plate=city().plate, facts=application.facts)
        if sentence:
            problems.append(FieldError(page, field.key, sentence))
    if page == MATERIALS:
        kept |= {key: "yes" if answers.get(key) == "yes" else "" for key in plan.commitments}
    application.answers = kept
    done = set(application.pages_done) - {page}
    application.pages_done = sorted(done if problems else done | {page})
    application.saved_at = clock.now()
    application.save(update_fields=["answers", "pages_done", "saved_at"])
    return problems


@transaction.atomic
def merge_answers(application_id: UUID, answers: Mapping[str, str], *, actor: Actor) -> None:
    """Save answers to any questions and fields at once, for other systems. Other answers stay as they are.

    Raises Invalid for a key that the application does not have.
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
        raise Conflict(
            "申请已经提交，现在没有要您补交的这项材料，不能再换。需要改动时，请等补正通知，或撤回后重新申请。"
        )
    now = clock.now()
    stored = files.store(content, name=name, actor=actor)
    application.attachments.filter(material=material, removed_at__isnull=True).update(removed_at=now)
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
    application_id: UUID, ticked: Mapping[str, str], chosen: Mapping[str, NamedFile], *, actor: Actor
) -> list[FieldError]:
    """Save the ticks and the files of the page of materials. Returns and raises as `save_answers` and `attach_all`."""
    save_answers(application_id, ticked, page=MATERIALS, actor=actor)
    return attach_all(application_id, chosen, actor=actor)


def _awaits_correction(application: Application, material: str) -> bool:
    """Return whether a case that uses the material waits for a correction; otherwise its file must not change."""
    waiting = application.cases.filter(state=State.CORRECTION, materials__key=material)
    return bool(waiting.exists())


@transaction.atomic
def detach(application_id: UUID, material: str, *, actor: Actor) -> None:
    """Remove the file of one material from a draft."""
    application = own_draft(application_id, actor)
    now = clock.now()
    if application.attachments.filter(material=material, removed_at__isnull=True).update(removed_at=now):
        announce(events.MaterialRemoved(subject=application.id, material=material), actor=actor, at=now)


@transaction.atomic
def discard_draft(application_id: UUID, *, actor: Actor) -> None:
    """Discard a draft. Its row is kept but no longer shown."""
    application = own_draft(application_id, actor)
    application.state = Application.States.DISCARDED
    application.save(update_fields=["state"])
    announce(events.ApplicationDiscarded(subject=application.id), actor=actor, reason="申请人放弃草稿")
