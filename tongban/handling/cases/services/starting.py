"""Work out a new application before anything of it is stored: who may start it, and what the city knows already."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from tongban.exchange.libraries import services as libraries
from tongban.exchange.libraries.resources import PASSED_OVER
from tongban.foundation.errors import Invalid
from tongban.handling.cases import sources
from tongban.handling.cases.models import Application, Case
from tongban.handling.cases.once import earlier_cases, own_earlier_cases, refusal
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import (
    CannotStart,
    check_can_start,
    check_level,
    check_service,
    only_together,
    principal_of,
    visible,
)
from tongban.handling.cases.rules.form import clean, open_choices
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.carrying import carried_questions
from tongban.handling.catalog.schema import Bundle, GuidingQuestion, Item
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


def check_may_apply(service: str, *, kind: str, actor: Actor) -> UUID:
    """Return in whose name the actor applies. Raises NotFound, MandateOver, or OutsideMandate."""
    applicant_id = principal_of(actor)
    identities.check_right_holds(actor)
    check_service(actor, service, kind)
    return applicant_id


def new_plan(service: str, *, kind: str, applicant_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Return the plan of a new, unsaved application. Facts that the city knows are filled in.

    Raises NotFound, CannotStart, AlreadyApplied, or LevelNeeded.
    """
    spec, standings = _offered(service, kind)
    subject = identity.subject(applicant_id)
    check_can_start(spec, subject)
    required_items = _items_to_start(spec, standings)
    level = check_level(required_items, actor)
    known = look_up_known(spec, required_items, subject, actor, at)
    application = Application(
        kind=kind,
        service=service,
        service_version=spec.version,
        title=spec.name,
        applicant_id=applicant_id,
        division_code=subject.division_code,
        facts=known.facts,
        sources=known.sources,
        created_at=at,
        saved_at=at,
    )
    plan = Plan(application, standings=standings)
    plan.level_passed = level
    application.answers = _prefilled(plan) | _given_before(plan, actor) | known.answers
    return plan


def merge(plan: Plan, answers: Mapping[str, str], at: datetime) -> None:
    """Add answers to any questions and fields.

    Raises Invalid for a key that the application does not have, and for an answer that a record gives or rules out.
    """
    unknown = next((key for key in answers if key not in plan.answerable), None)
    if unknown is not None:
        raise Invalid(f"这份申请里没有“{unknown}”这个问题或字段，请对照事项的表单。", field=unknown)
    if denied := next((key for key, answer in plan.recorded.items() if answers.get(key, answer) != answer), ""):
        text = next(q.text for q in plan.bundle.questions if q.key == denied)
        source = plan.application.sources[denied]
        raise Invalid(f"“{text}”已由{source}回答，不能另填。记录有误的，请先申请更正。", field=denied)
    _check_open(plan, answers)
    plan.application.answers = plan.application.answers | {
        key: clean(field, answers[key]) if (field := plan.answerable[key]) else answers[key] for key in answers
    }
    plan.application.saved_at = at


def _check_open(plan: Plan, answers: Mapping[str, str]) -> None:
    """Raise Invalid if a record rules out the answer to a question."""
    for question in plan.bundle.questions:
        answer = answers.get(question.key, "")
        if answer in dict(question.choices) and answer not in plan.choices(question):
            source = plan.application.sources.get(question.fact, "")
            known = plan.application.facts[question.fact]
            left = "”或“".join(plan.choices(question).values())
            raise Invalid(
                f"“{question.text}”不能选“{dict(question.choices)[answer]}”：{source}登记的是“{known}”，请选“{left}”。"
                "记录有误的，请先申请更正。",
                field=question.key,
            )


def _offered(service: str, kind: str) -> tuple[Bundle | Item, dict[str, catalog.Standing]]:
    """Return the bundle or item, and where all its items stand. Raises NotFound unless it is in force."""
    if kind == ServiceKind.BUNDLE:
        bundle = catalog.bundle(service)
        return bundle, catalog.standings({step.item for step in bundle.steps})
    standings = catalog.standings([service])
    if service not in standings or not standings[service].in_force:
        raise catalog.not_offered(service)
    return standings[service].newest, standings


def _items_to_start(spec: Bundle | Item, standings: Mapping[str, catalog.Standing]) -> list[Item]:
    """Return the item, or the items of a bundle that every applicant needs."""
    if isinstance(spec, Item):
        return [spec]
    return [standings[code].newest for code in spec.required_items if code in standings]


def look_up_known(
    spec: Bundle | Item,
    required_items: list[Item],
    subject: identity.Subject,
    actor: Actor,
    at: datetime,
    known_birth: dict[str, str] | None = None,
) -> Known:
    """Look up what the city knows. `required_items` are the items that every applicant of the service needs.

    Raises CannotStart if the bundle needs a record that is not found, such as a hospital's birth record, or if the item
    has to be applied for in its bundle, and AlreadyApplied if the items were applied for already for every such record.
    """
    facts = {
        "applicant.id": str(subject.id),
        "applicant.name": subject.name,
        "applicant.number": subject.number or "",
        "applicant.phone": subject.phone or "",
    }
    known = Known(facts, dict.fromkeys(facts, "实名账号"), {})
    _look_up("resident" if subject.kind == subject.Kinds.PERSON else "enterprise", known, actor, at)
    questions: tuple[GuidingQuestion, ...] = ()
    if isinstance(spec, Bundle):
        questions = spec.questions
        if spec.subject_resource:
            _look_up_subject(spec, required_items, subject, known, actor, at, known_birth or {})
    elif spec.apply_through:
        bundle = catalog.bundle(spec.apply_through)
        questions, resource = carried_questions(spec, bundle), bundle.later_resource
        if not resource or _why_no_record(resource, required_items, known, actor, at, known_birth or {}) is not None:
            raise only_together(spec)
    elif taken := earlier_cases(required_items, facts, at):
        raise refusal(taken[0], actor)
    for question in questions:
        source = _look_up(question.resource, known, actor, at) if question.resource else ""
        if source and (answer := question.answer_by(known.facts)):
            known.answers[question.key], known.sources[question.key] = answer, source
    if role := next((who for who in ("mother", "father") if facts.get(f"{who}.id") == facts["applicant.id"]), ""):
        facts["applicant.role"] = role
    return known


def _look_up(resource: str, known: Known, actor: Actor, at: datetime) -> str:
    """Add what a resource has, and return its source in words, or an empty string if it has nothing."""
    found = libraries.look_up(resource, context=known.facts, actor=actor, at=at)
    if not found.found:
        return ""
    _add(found, known)
    return sources.in_words(found.source)


def _add(found: libraries.LookUpResult, known: Known) -> None:
    known.facts.update(found.facts)
    known.sources.update({fact: sources.in_words(found.source_of(fact)) for fact in found.facts})


def _look_up_subject(
    spec: Bundle,
    required_items: list[Item],
    subject: identity.Subject,
    known: Known,
    actor: Actor,
    at: datetime,
    known_birth: dict[str, str],
) -> None:
    """Add the record that the bundle is about.

    Raises AlreadyApplied if the subject or the other parent has applied, and CannotStart if there is no record.
    """
    reason = _why_no_record(spec.subject_resource, required_items, known, actor, at, known_birth)
    if reason is None:
        return
    if own := own_earlier_cases(spec, subject.id):
        raise refusal(own[0], actor)
    if spec.later_resource:  # the other parent may have applied already, which the refusal says
        _why_no_record(spec.later_resource, required_items, known, actor, at, known_birth)
    raise CannotStart(f"现在还不能办理“{spec.name}”：{reason}")


def _why_no_record(
    resource: str, wanted: list[Item], known: Known, actor: Actor, at: datetime, known_birth: dict[str, str]
) -> str | None:
    """Add the newest record for which none of the items was applied for: of twins, the one that is left.

    Returns None once it is added, or the reason if there is no record at all. Raises AlreadyApplied if all are taken.
    """
    passed_over: list[str] = []
    first: list[Case] = []
    while True:
        context = {**known.facts, **known_birth, PASSED_OVER: " ".join(passed_over)}
        found = libraries.look_up(resource, context=context, actor=actor, at=at)
        if not found.found:
            if first:
                raise refusal(first[0], actor)
            return found.reason or "没有找到记录"
        taken = earlier_cases(wanted, found.facts, at)
        if not taken:
            _add(found, known)
            return None
        first = first or taken
        birth_id = found.facts.get("birth.id", "")
        if not birth_id or birth_id in passed_over or len(passed_over) == MOST_BIRTHS:
            raise refusal(first[0], actor)
        passed_over.append(birth_id)


def _prefilled(plan: Plan) -> dict[str, str]:
    """Return the answers, with questions that have a usual answer and fields that name a known fact filled in."""
    usual = {question.key: question.usual for question in plan.bundle.questions if question.usual}
    return {**usual, **prefills(plan, plan.application.facts), **plan.application.answers}


def _given_before(plan: Plan, actor: Actor) -> dict[str, str]:
    """Return what the applicant answered to the questions of an item alone in the bundle, for the same birth.

    Only an application that the actor may see counts, and only answers that are still open.
    """
    birth_id = plan.application.facts.get("birth.id")
    if plan.through is None or not plan.bundle.questions or not birth_id:
        return {}
    mine = Application.objects.filter(applicant_id=plan.application.applicant_id, service=plan.through.key)
    submitted = mine.filter(visible(actor), submitted_at__isnull=False).order_by("-submitted_at")[:MOST_BIRTHS]
    given: dict[str, str] = next((one.answers for one in submitted if one.facts.get("birth.id") == birth_id), {})
    return {q.key: given[q.key] for q in plan.bundle.questions if given.get(q.key) in plan.choices(q)}


def prefills(plan: Plan, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the answers that facts give to fields: to those that name a fact, and to choices with one open answer."""
    found: dict[str, str] = {}
    for standing in plan.standings.values():
        for field in standing.newest.form if standing.in_force else ():
            value = facts.get(field.prefill) if field.prefill else None
            if field.choices:
                open_ones = [choice for choice, _ in open_choices(field, facts)]
                value = open_ones[0] if len(open_ones) == 1 else value if value in open_ones else None
            if value:
                found.setdefault(field.key, value)
    return found
