"""Start a draft with everything that the city knows already, and read that again when a record was corrected."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.resources import PASSED_OVER
from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.handling.cases import events, queries
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.once import earlier_cases, own_earlier_cases, refusal
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import (
    CannotStart,
    check_can_start,
    check_level,
    check_service,
    own_draft,
    principal_of,
)
from tongban.handling.cases.rules.form import open_choices
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Bundle, Item
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor

MOST_BIRTHS = 6
"""How many births of one delivery are looked through for one that nobody has applied for."""


class Known(NamedTuple):
    """What the city knows before the first question."""

    facts: dict[str, str]
    sources: dict[str, str]
    """Key of a fact, or of a question that a record answers -> the source in words for the reader."""
    answers: dict[str, str]


@transaction.atomic
def start_draft(service: str, *, kind: str, actor: Actor) -> Application:
    """Start a draft, or return the one that the applicant already has for the service.

    Facts that the city already knows are filled in. Raises NotFound, CannotStart, LevelNeeded, or OutsideMandate.
    """
    applicant_id = principal_of(actor)
    identities.check_right_holds(actor)
    check_service(actor, service, kind)
    existing = queries.draft_in_name_of(applicant_id, service)
    if existing is not None:
        return existing
    spec: Bundle | Item = catalog.bundle(service) if kind == ServiceKind.BUNDLE else catalog.item(service)
    subject = identity.subject(applicant_id)
    check_can_start(spec, subject)
    always = _items_to_start(spec)
    check_level(always, actor)
    now = clock.now()
    known = _known(spec, always, subject, actor, now)
    application = Application(
        kind=kind,
        service=service,
        service_version=spec.version,
        title=spec.name,
        applicant_id=applicant_id,
        division_code=subject.division_code,
        facts=known.facts,
        sources=known.sources,
        created_at=now,
        saved_at=now,
    )
    application.answers = _prefilled(Plan(application)) | known.answers
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:  # another tab started it at the same moment
        other = queries.draft_in_name_of(applicant_id, service)
        if other is None:
            raise
        return other
    announce(events.ApplicationStarted(subject=application.id, service=service), actor=actor, at=now)
    return application


@transaction.atomic
def read_again(application_id: UUID, *, actor: Actor) -> None:
    """Read the facts of a draft again, such as after a department corrected a record. Answers stay as they are.

    Raises Conflict if the draft is submitted already, CannotStart if a record that it needs is gone, and as
    `rights.own_application`.
    """
    application = own_draft(application_id, actor)
    spec = Plan(application).bundle if application.kind == ServiceKind.BUNDLE else catalog.item(application.service)
    subject, now = identity.subject(application.applicant_id), clock.now()
    birth = {key: value for key, value in application.facts.items() if key == "birth.id"}
    known = _known(spec, [], subject, actor, now, about=birth)
    application.facts, application.sources = known.facts, known.sources
    application.answers = application.answers | known.answers
    application.saved_at = now
    application.save(update_fields=["facts", "sources", "answers", "saved_at"])
    announce(events.FactsReadAgain(subject=application.id), actor=actor, at=now)


def _items_to_start(spec: Bundle | Item) -> list[Item]:
    """Return the item, or the items of a bundle that every applicant needs."""
    if isinstance(spec, Item):
        return [spec]
    return list(catalog.newest_items({s.item for s in spec.steps if s.item and not (s.optional or s.when)}).values())


def _known(
    spec: Bundle | Item,
    always: list[Item],
    subject: identity.Subject,
    actor: Actor,
    at: datetime,
    about: dict[str, str] | None = None,
) -> Known:
    """Look up what the city knows. `always` are the items that every applicant of the service needs.

    Raises CannotStart if the bundle needs a record that is not found, such as a hospital's birth record, and
    AlreadyApplied if the items were applied for already for every such record.
    """
    facts = {
        "applicant.id": str(subject.id),
        "applicant.name": subject.name,
        "applicant.number": subject.number or "",
        "applicant.phone": subject.phone or "",
    }
    known = Known(facts, dict.fromkeys(facts, "实名账号"), {})
    _look_up("resident" if subject.kind == subject.Kinds.PERSON else "enterprise", known, actor, at)
    if isinstance(spec, Bundle):
        if spec.subject_resource:
            _look_up_subject(spec, always, subject, known, actor, at, about or {})
        for question in spec.questions:
            if question.resource and (source := _look_up(question.resource, known, actor, at)):
                known.answers[question.key] = question.answer
                known.sources[question.key] = source
    elif taken := earlier_cases(always, facts):
        raise refusal(taken[0], actor)
    if role := next((who for who in ("mother", "father") if facts.get(f"{who}.id") == facts["applicant.id"]), ""):
        facts["applicant.role"] = role
    return known


def _look_up(resource: str, known: Known, actor: Actor, at: datetime) -> str:
    """Add what a resource has, and return its source in words, or an empty string if it has nothing."""
    found = libraries.look_up(resource, context=known.facts, actor=actor, at=at)
    if not found.found:
        return ""
    source = f"数据共享 · {found.source}"
    known.facts.update(found.facts)
    known.sources.update(dict.fromkeys(found.facts, source))
    return source


def _look_up_subject(
    spec: Bundle,
    always: list[Item],
    subject: identity.Subject,
    known: Known,
    actor: Actor,
    at: datetime,
    about: dict[str, str],
) -> None:
    """Add the record that the bundle is about. Of twins, the one that nobody has applied for yet."""
    passed_over: list[str] = []
    first: list[Case] = []
    while True:
        context = {**known.facts, **about, PASSED_OVER: " ".join(passed_over)}
        found = libraries.look_up(spec.subject_resource, context=context, actor=actor, at=at)
        if not found.found:
            if first := first or own_earlier_cases(spec, subject.id):
                raise refusal(first[0], actor)
            raise CannotStart(f"现在还不能办理“{spec.name}”：{found.reason}")
        taken = earlier_cases(always, found.facts)
        if not taken:
            known.facts.update(found.facts)
            known.sources.update(dict.fromkeys(found.facts, f"数据共享 · {found.source}"))
            return
        first = first or taken
        birth_id = found.facts.get("birth.id", "")
        if not birth_id or birth_id in passed_over or len(passed_over) == MOST_BIRTHS:
            raise refusal(first[0], actor)
        passed_over.append(birth_id)


def _prefilled(plan: Plan) -> dict[str, str]:
    """Return the answers, with questions that have a usual answer and fields that name a known fact filled in."""
    answers = {question.key: question.usual for question in plan.bundle.questions if question.usual}
    answers |= plan.application.answers
    for item in catalog.items_named({step.item for step in plan.bundle.steps}).values():
        for field in item.form:
            value = plan.application.facts.get(field.prefill) if field.prefill else None
            if field.choices:
                open_ones = [choice for choice, _ in open_choices(field, plan.application.facts)]
                value = open_ones[0] if len(open_ones) == 1 else value if value in open_ones else None
            if value:
                answers.setdefault(field.key, value)
    return answers
