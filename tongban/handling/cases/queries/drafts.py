"""Drafts as their pages show them."""

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.handling.cases.models import Application, FactCorrection
from tongban.handling.cases.plan import MATERIALS, QUESTIONS, Plan
from tongban.handling.cases.problems import problem_in
from tongban.handling.cases.queries.shown_facts import own_roles, shown_value, shown_values
from tongban.handling.cases.rights import (
    CannotStart,
    can_be_alone,
    check_application,
    check_can_start,
    drafts_of,
    only_together,
    principal_of,
    refusal_for_stranger,
    visible,
)
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.rules.materials import Outcome, Way
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.asked import asked_materials
from tongban.handling.catalog.schema import Bundle, BundleStep, FormField, GuidingQuestion, Item, Material
from tongban.handling.catalog.vocabulary import ServiceKind, Source
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.workorders import queries as workorders
from tongban.people.workorders.queries import Standing

APPLICANT = ("applicant.name", "applicant.number")
CONCERNED = (*APPLICANT, "child.name", "child.born_at")
"""What an application for a single item shows before its form. A bundle's pages say themselves what they show."""
CHILD = "child."
"""Prefix of the keys of facts about a child."""


@dataclass(frozen=True)
class KnownFact:
    """A fact that the form shows instead of asking for it."""

    key: str
    label: str
    value: str
    """As its reader may see it."""
    source: str
    masked: str
    """As anybody else may see it."""


@dataclass(frozen=True)
class PageView:
    """One page of the form, with the facts that are already known."""

    key: str
    title: str
    hint: str
    facts: list[KnownFact]
    fields: list[FormField]
    settled: list[FormField]
    """Fields that the city answers itself. They are shown, but nobody is asked for them."""
    done: bool
    """Whether nothing is left to do: the page was saved without errors, or what is known answers all of it."""


@dataclass(frozen=True)
class MaterialView:
    """One material of a draft, and how it is met."""

    material: Material
    outcome: Outcome
    file_name: str = ""
    needed_for: tuple[str, ...] = ()

    @property
    def to_tick(self) -> bool:
        """Whether the page offers a commitment to tick. It does not once a file was uploaded instead."""
        return self.material.source == Source.COMMITMENT and self.outcome.way != Way.UPLOAD


@dataclass
class DraftView:
    """A draft with its questions, pages and materials, and everything that still has to be corrected."""

    application: Application
    plan: Plan
    questions: tuple[GuidingQuestion, ...]
    """The questions that are asked; records have answered the others."""
    known_answers: list[KnownFact]
    """What records say about the questions: answers, and the facts that leave only some of the choices open."""
    questions_done: bool
    pages: list[PageView]
    steps: list[BundleStep]
    own: frozenset[str] = frozenset()
    """The roles in which the reader themselves are named."""
    applicant: list[KnownFact] = field(default_factory=list)
    """Who applies, and for which child."""
    materials: list[MaterialView] = field(default_factory=list)
    problems: list[FieldError] = field(default_factory=list)

    @property
    def answers(self) -> dict[str, str]:
        answers: dict[str, str] = self.application.answers
        return answers

    @property
    def facts(self) -> dict[str, str]:
        facts: dict[str, str] = self.application.facts
        return facts

    @cached_property
    def shown_values(self) -> dict[str, str]:
        """The facts as the reader may see them, to be filled into labels."""
        return shown_values(self.facts, self.own)

    def page(self, key: str) -> PageView:
        """Return one page of the form. Raises NotFound."""
        page = next((p for p in self.pages if p.key == key), None)
        if page is None:
            raise NotFound("这一页不在这份申请里，请从任务清单里打开要填的页。")
        return page

    @cached_property
    def corrections(self) -> dict[str, Standing]:
        """How far the applicant's newest request to correct each fact is, by the fact's key.

        Requests from other drafts count too, except those about another child. One query, two if there are any.
        """
        mine = FactCorrection.objects.filter(application__applicant_id=self.application.applicant_id)
        rows = mine.select_related("application").only("fact", "application__facts", "application__applicant_id")
        made = {row.id: row.fact for row in rows.order_by("made_at", "id") if self._is_about_the_same(row)}
        standings = workorders.standing_of(made) if made else {}
        return {fact: standings[key] for key, fact in made.items() if key in standings}

    @property
    def corrections_running(self) -> list[KnownFact]:
        """Those facts that this draft shows and for whose correction a department still owes an answer."""
        running = {fact for fact, standing in self.corrections.items() if standing.running}
        return [fact for fact in self.shown_facts if fact.key in running]

    @property
    def own_corrections(self) -> list[KnownFact]:
        """Those of `corrections_running` that were asked for from this draft."""
        running = self.corrections_running
        own = set(self.application.fact_corrections.values_list("fact", flat=True)) if running else set()
        return [fact for fact in running if fact.key in own]

    @property
    def shown_facts(self) -> list[KnownFact]:
        """Every fact that a page of the draft shows, each once."""
        shown = [*self.applicant, *self.known_answers, *(fact for page in self.pages for fact in page.facts)]
        return list({fact.key: fact for fact in shown}.values())

    def _is_about_the_same(self, row: FactCorrection) -> bool:
        """Whether a request concerns the same child as this draft. A discarded draft no longer says which it was."""
        births = {facts["birth.id"] for facts in (row.application.facts, self.facts) if facts.get("birth.id")}
        return not row.fact.startswith(CHILD) or len(births) < 2

    @property
    def only_page(self) -> str:
        """The key of the only page of a short form, which is filled in on the check page itself, or an empty string.

        A draft with questions or with materials to add has more than one page.
        """
        return "" if self.has_materials else self.form_page

    @property
    def form_page(self) -> str:
        """The key of the only page of fields of a draft without questions, or an empty string."""
        return self.pages[0].key if len(self.pages) == 1 and not self.plan.bundle.questions else ""

    @property
    def has_materials(self) -> bool:
        """Whether the applicant has any material to add or to commit to, as far as it is known."""
        if self.materials:
            return bool(self.uploads)
        if MATERIALS in self.application.pages_done:
            return True
        return any(m.source in {Source.UPLOAD, Source.COMMITMENT} for m in self.plan.materials.values())

    @property
    def asked_materials(self) -> list[MaterialView]:
        """The materials that the guide counts too: all but those that one department hands on to the next."""
        return [m for m in self.materials if not self._is_handed_on(m)]

    @property
    def handed_on(self) -> list[MaterialView]:
        """The materials that the steps of the bundle produce themselves."""
        return [m for m in self.materials if self._is_handed_on(m)]

    def _is_handed_on(self, one: MaterialView) -> bool:
        is_bundle = self.application.kind == ServiceKind.BUNDLE
        return is_bundle and one.material.key not in self._asked_keys and one.outcome.way != Way.UPLOAD

    @cached_property
    def _asked_keys(self) -> set[str]:
        return {material.key for material in asked_materials(self.plan.items.values())}

    @property
    def ready(self) -> bool:
        """Whether the draft can be submitted."""
        return not self.problems

    @property
    def uploads(self) -> list[MaterialView]:
        """Materials that the applicant must or may still provide: an upload or a commitment."""
        return [m for m in self.materials if m.outcome.way in {Way.UPLOAD, Way.COMMITMENT}]


def draft_of(service: str, *, actor: Actor) -> Application | None:
    """Return the actor's draft for a service, or None."""
    return drafts_of(principal_of(actor), service).filter(visible(actor)).first()


def why_not_start(spec: Bundle | Item, *, actor: Actor) -> CannotStart | None:
    """Return why the actor cannot apply for the service online, or None if they can or if only starting shows it.

    The start page shows it, so that nobody fills in a form for nothing. Whether an item can be applied for alone after
    its bundle shows only when it is started.
    """
    try:
        check_can_start(spec, identity.subject(principal_of(actor)))
    except CannotStart as cannot:
        return cannot
    is_bound = isinstance(spec, Item) and spec.apply_through and not can_be_alone(spec)
    return only_together(spec) if isinstance(spec, Item) and is_bound else None


def draft(application_id: UUID, *, actor: Actor) -> DraftView:
    """Return the actor's own draft. Its materials and problems are added by `services.check_draft`.

    Raises NotFound for a draft of somebody else, OtherIdentity for one of another identity of the same person, and
    OutsideMandate.
    """
    application = Application.objects.filter(id=application_id).exclude(state=Application.States.DISCARDED).first()
    if application is None or application.applicant_id != principal_of(actor):
        raise refusal_for_stranger(application, actor, "没有找到这份草稿，可能已经放弃。请从办事指南重新开始。")
    check_application(actor, application)
    plan, own = Plan(application), own_roles(application, actor)
    return DraftView(
        application=application,
        plan=plan,
        questions=plan.asked,
        known_answers=_known_answers(plan, own),
        questions_done=all(application.answers.get(q.key) in plan.choices(q) for q in plan.asked)
        and (QUESTIONS in application.pages_done or not any(q.usual for q in plan.asked)),
        pages=_pages(plan, own),
        steps=plan.steps,
        own=own,
        applicant=known_facts(plan, CONCERNED if application.kind == ServiceKind.ITEM else APPLICANT, own=own),
    )


def known_facts(
    plan: Plan, keys: tuple[str, ...], *, own: frozenset[str] = frozenset(), to_officer: bool = False
) -> list[KnownFact]:
    """Return those facts among `keys` that are known, masked by their kinds except those of the reader (`own`).

    With `to_officer`, facts about a child are masked as a minor's.
    """
    labels = catalog.fact_labels()
    application = plan.application

    def fact(key: str, known: str) -> KnownFact:
        minor = to_officer and key.startswith(CHILD)
        shown, masked = (shown_value(key, known, roles, minor=minor) for roles in (own, frozenset[str]()))
        return KnownFact(key, labels[key].label, shown, application.sources.get(key, ""), masked)

    return [fact(key, application.facts[key]) for key in keys if key in labels and application.facts.get(key)]


def _known_answers(plan: Plan, own: frozenset[str]) -> list[KnownFact]:
    answers, sources, labels = plan.application.answers, plan.application.sources, catalog.fact_labels()
    found = []
    for q in plan.bundle.questions:
        if q.fact:
            found += known_facts(plan, (q.fact,), own=own)
        if q.key in plan.recorded:
            label = labels[q.key].label if q.key in labels else q.text
            answer = dict(q.choices).get(answers[q.key], "")
            found.append(KnownFact(q.key, label, answer, sources[q.key], answer))
    return found


def shown_fact(view: DraftView, key: str) -> KnownFact:
    """Return a fact that a page of the draft shows, or a question that a record has answered. Raises NotFound."""
    found = next((fact for fact in view.shown_facts if fact.key == key), None)
    if found is None:
        raise NotFound("这份申请里没有这一项信息，请从表里点“有误？”进来。")
    return found


def _pages(plan: Plan, own: frozenset[str]) -> list[PageView]:
    by_key = {page.key: page for page in plan.bundle.pages}
    views = []
    for key, title, fields in plan.pages:
        page = by_key.get(key)
        settled = [field for field in fields if plan.is_settled(field)]
        views.append(
            PageView(
                key=key,
                title=title,
                hint=page.hint if page else "",
                facts=known_facts(plan, page.facts, own=own) if page else [],
                fields=[field for field in fields if field not in settled],
                settled=settled,
                done=key in plan.application.pages_done or _is_answered(plan, fields),
            )
        )
    return views


def _is_answered(plan: Plan, fields: list[FormField]) -> bool:
    """Return whether every field has a valid value, although nobody has saved the page."""
    answers, today = plan.application.answers, clock.legal_day(clock.now())
    return all(answers.get(field.key) and not problem_in(plan, field, today) for field in fields)
