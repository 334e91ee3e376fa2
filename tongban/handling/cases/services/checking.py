"""Check a draft as submission would: look up its materials, and find what is still missing or wrong."""

from uuid import UUID

from tongban.foundation import clock
from tongban.handling.cases import queries
from tongban.handling.cases.plan import MATERIALS, QUESTIONS, Plan
from tongban.handling.cases.problems import problems_on
from tongban.handling.cases.queries.drafts import DraftView, MaterialView
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.services.materials import MaterialChecker
from tongban.people.identity.actors import Actor
from tongban.trust.files import queries as files


def check_draft(application_id: UUID, *, actor: Actor) -> DraftView:
    """Return the actor's own draft with its materials and problems. Raises as `queries.draft`.

    Looking up licences and shared data records events and data uses.
    """
    view = queries.draft(application_id, actor=actor)
    checker = MaterialChecker(view.application, actor=actor, at=clock.now())
    view.problems = problems_of(view.plan, checker)
    view.materials = _materials(view.plan, checker)
    return view


def problems_of(plan: Plan, checker: MaterialChecker) -> list[FieldError]:
    """Return everything that keeps a draft from being submitted, in the order of its pages."""
    day = clock.legal_day(checker.at)
    pages = (QUESTIONS, *(page for page, _, _ in plan.pages))
    problems = [problem for page in pages for problem in problems_on(plan, page, day)]
    seen: set[str] = set()
    for step in plan.steps:
        for outcome in checker.check_item(plan.items[step.key], waiting=bool(step.after)):
            if outcome.met or not outcome.necessary or outcome.key in seen or outcome.way == Way.FORM:
                continue
            seen.add(outcome.key)
            problems.append(FieldError(MATERIALS, outcome.key, outcome.reason))
    return problems


def _materials(plan: Plan, checker: MaterialChecker) -> list[MaterialView]:
    names = files.names_of(list(checker.uploads.values()))
    views: dict[str, MaterialView] = {}
    for step in plan.steps:
        item = plan.items[step.key]
        for outcome in checker.check_item(item, waiting=bool(step.after)):
            earlier = views.get(outcome.key)
            material = plan.materials[outcome.key]
            users = (*(earlier.needed_for if earlier else ()), step.name or item.name)
            upload = checker.uploads.get(outcome.key)
            views[outcome.key] = MaterialView(
                material, earlier.outcome if earlier else outcome, names.get(upload, "") if upload else "", users
            )
    return list(views.values())
