"""Work out a new application before anything of it is stored: who may start it, and what the city knows already."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tongban.exchange.libraries import services as libraries
from tongban.foundation.errors import Invalid
from tongban.handling.cases.models import Application
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import CannotStart, check_can_start, check_level, check_service, principal_of
from tongban.handling.cases.rules.form import clean
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Bundle, Item
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity import queries as identity
from tongban.people.identity import services as identities
from tongban.people.identity.actors import Actor


def draft_of(applicant_id: UUID, service: str) -> Application | None:
    """Return the applicant's draft for a service, or None."""
    return Application.objects.filter(
        applicant_id=applicant_id, service=service, state=Application.States.DRAFT
    ).first()


def check_may_apply(service: str, *, kind: str, actor: Actor) -> UUID:
    """Return in whose name the actor applies. Raises NotFound, MandateOver, or OutsideMandate."""
    applicant_id = principal_of(actor)
    identities.check_right_holds(actor)
    check_service(actor, service, kind)
    return applicant_id


def new_plan(service: str, *, kind: str, applicant_id: UUID, actor: Actor, at: datetime) -> Plan:
    """Return the plan of a new, unsaved application. Facts that the city knows are filled in.

    Raises NotFound, CannotStart, or LevelNeeded.
    """
    spec, standings = _offered(service, kind)
    subject = identity.subject(applicant_id)
    check_can_start(spec, subject)
    level = check_level(_items_to_start(spec, standings), actor)
    facts, sources, division = _first_facts(spec, subject, actor, at)
    application = Application(
        kind=kind,
        service=service,
        service_version=spec.version,
        title=spec.name,
        applicant_id=applicant_id,
        division_code=division,
        facts=facts,
        sources=sources,
        created_at=at,
        saved_at=at,
    )
    plan = Plan(application, standings=standings)
    plan.level_passed = level
    application.answers = _prefilled(plan)
    return plan


def merge(plan: Plan, answers: Mapping[str, str], at: datetime) -> None:
    """Add answers to any questions and fields. Raises Invalid for a key that the application does not have."""
    unknown = next((key for key in answers if key not in plan.answerable), None)
    if unknown is not None:
        raise Invalid(f"这份申请里没有“{unknown}”这个问题或字段，请对照事项的表单。", field=unknown)
    plan.application.answers = plan.application.answers | {
        key: clean(field, answers[key]) if (field := plan.answerable[key]) else answers[key] for key in answers
    }
    plan.application.saved_at = at


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
    needed = {step.item for step in spec.steps if step.item and not (step.optional or step.when)}
    return [standings[code].newest for code in needed if code in standings]


def _first_facts(
    spec: Bundle | Item, subject: identity.Subject, actor: Actor, at: datetime
) -> tuple[dict[str, str], dict[str, str], str]:
    """Return (facts, sources, division code): what the city knows before the first question.

    Raises CannotStart if the bundle needs a record that is not found, such as a hospital's birth record.
    """
    facts = {
        "applicant.id": str(subject.id),
        "applicant.name": subject.name,
        "applicant.number": subject.number or "",
        "applicant.phone": subject.phone or "",
    }
    sources = dict.fromkeys(facts, "实名账号")
    base = "resident" if subject.kind == subject.Kinds.PERSON else "enterprise"
    resources = [base]
    if isinstance(spec, Bundle) and spec.subject_resource:
        resources.append(spec.subject_resource)
    for resource in resources:
        found = libraries.look_up(resource, context=facts, actor=actor, at=at)
        if found.found:
            facts |= found.facts
            sources |= dict.fromkeys(found.facts, f"数据共享 · {found.source}")
        elif resource != base:
            raise CannotStart(f"现在还不能办理“{spec.name}”：{found.reason}")
    return facts, sources, subject.division_code


def _prefilled(plan: Plan) -> dict[str, str]:
    """Return the answers, with fields that name a known fact filled in."""
    answers = dict(plan.application.answers)
    for standing in plan.standings.values():
        for field in standing.newest.form if standing.in_force else ():
            value = plan.application.facts.get(field.prefill) if field.prefill else None
            if value:
                answers.setdefault(field.key, value)
    return answers
