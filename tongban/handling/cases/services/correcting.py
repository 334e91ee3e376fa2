"""Ask the department that shared a fact to correct it (《个人信息保护法》第四十六条), from a draft that shows it."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongban.foundation import clock, locks
from tongban.foundation.announcements.services import announce
from tongban.foundation.characters import visible
from tongban.foundation.city import city
from tongban.foundation.errors import Conflict, Invalid, NotFound
from tongban.handling.cases import events, queries, sources
from tongban.handling.cases.models import Application, FactCorrection
from tongban.handling.cases.plan import Plan
from tongban.handling.cases.rights import own_draft
from tongban.handling.cases.services.starting import look_up_known, prefills
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.vocabulary import ServiceKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.workorders import queries as orders
from tongban.people.workorders import services as workorders
from tongban.people.workorders.kinds import Kind, SubjectLink

SHORTEST, LONGEST = 2, 500
"""Characters of what the applicant writes."""
MOST_A_DAY = 10
"""How many corrections an applicant may ask for on one day of the city's time, over all drafts."""


def _resolve(ids: Iterable[UUID]) -> dict[UUID, SubjectLink]:
    labels = catalog.fact_labels()
    rows = FactCorrection.objects.filter(id__in=list(ids)).select_related("application")
    return {
        row.id: SubjectLink(
            f"“{row.application.title}”里的“{labels[row.fact].label if row.fact in labels else '已知信息'}”"
        )
        for row in rows
    }


FACT_CORRECTION = Kind(
    key="fact-correction",
    name="信息更正申请",
    days=10,
    outcomes={
        "corrected": "已更正",
        "right": "核实无误，已说明",
        "elsewhere": "不归本部门，已告知去处",
    },
    resolve=_resolve,
)


@transaction.atomic
def dispute_fact(draft_id: UUID, key: str, *, text: str, actor: Actor) -> str:
    """Ask for the correction of a fact of a draft, and return the number of the work order.

    The order goes to the department whose register the fact comes from, otherwise to the one that leads the service.
    Raises NotFound for a fact that the draft does not show, Invalid for a text that is too short or too long, Conflict
    while an earlier order about the fact is not closed, whichever draft it was made from, or after `MOST_A_DAY` on one
    day, and as `rights.own_draft`, which locks the draft.
    """
    application = own_draft(draft_id, actor)
    locks.hold(f"cases.corrections:{application.applicant_id}")  # of two drafts the second sees the first one's order
    view = queries.draft(draft_id, actor=actor)
    fact = queries.shown_fact(view, key)
    words = visible(text)
    if not SHORTEST <= len(words) <= LONGEST:
        raise Invalid(f"请用 {SHORTEST} 至 {LONGEST} 个字写明正确的是什么。", field="text")
    if (earlier := view.corrections.get(key)) and not earlier.ended:
        raise Conflict(f"这一项已经申请更正了，工单编号 {earlier.number}，进展在“我的工单”里看，不用再提。")
    now = clock.now()
    _check_daily_limit(application.applicant_id, now)
    correction = FactCorrection.objects.create(application=application, fact=key, made_at=now)
    order = workorders.raise_order(
        FACT_CORRECTION.key,
        text=f"“{fact.label}”有误，现在显示的是“{fact.masked}”。\n更正说明：{words}",
        actor=actor,
        department_id=_department(fact.source, view.plan.bundle.lead),
        about=correction.id,
    )
    announce(events.FactDisputed(subject=application.id, fact=key, source=fact.source), actor=actor, at=now)
    return order.number


def _check_daily_limit(applicant_id: UUID, at: datetime) -> None:
    """Raise Conflict if the applicant has asked for as many corrections today as allowed."""
    begin = clock.start_of(clock.legal_day(at))
    made = FactCorrection.objects.filter(application__applicant_id=applicant_id, made_at__gte=begin).count()
    if made >= MOST_A_DAY:
        raise Conflict(
            f"今天已经提交了 {made} 个更正申请，每天最多 {MOST_A_DAY} 个，请明天再提。"
            f"急着更正的，请拨打 {city().hotline}；草稿都在，填过的内容没有丢。"
        )


def end_corrections(application: Application, *, actor: Actor, reason: str) -> int:
    """Withdraw those orders of a draft that nobody has answered yet, and return how many there were."""
    made = list(application.fact_corrections.values_list("id", flat=True))
    running = [order for order in orders.standing_of(made).values() if order.running] if made else []
    for order in running:
        workorders.withdraw(order.id, reason=reason, actor=actor)
    return len(running)


@transaction.atomic
def read_again(application_id: UUID, *, actor: Actor) -> None:
    """Read the facts of a draft again, such as after a department corrected a record.

    Answers that the applicant gave stay. Answers that came from the old facts follow the new ones: they change, or go
    if their source is gone, and then the applicant is asked.

    Raises Conflict if the draft is submitted already, CannotStart if a record that it needs is gone, and as
    `rights.own_application`.
    """
    application = own_draft(application_id, actor)
    plan = Plan(application)
    spec = plan.bundle if application.kind == ServiceKind.BUNDLE else catalog.item(application.service)
    subject, now = identity.subject(application.applicant_id), clock.now()
    birth = {key: value for key, value in application.facts.items() if key == "birth.id"}
    known = look_up_known(spec, [], subject, actor, now, known_birth=birth)
    before = dict(plan.recorded) | prefills(plan, application.facts)
    application.facts, application.sources = known.facts, known.sources
    after = prefills(plan, known.facts) | known.answers
    _follow(plan, before, after)
    application.saved_at = now
    application.save(update_fields=["facts", "sources", "answers", "pages_done", "saved_at"])
    announce(events.FactsReadAgain(subject=application.id), actor=actor, at=now)


def _follow(plan: Plan, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Replace or remove the answers that are still those of the old facts (`before`).

    A page that lost an answer is no longer done.
    """
    application = plan.application
    answers = {key: value for key, value in application.answers.items() if not value or before.get(key) != value}
    gone = {key for key in application.answers if key not in answers and key not in after}
    application.answers = {**after, **answers, **{q: after[q] for q in application.sources if q in after}}
    now = Plan(application)  # which questions are asked depends on the new facts
    application.pages_done = [page for page in application.pages_done if not gone & set(now.keys_on(page))]


def _department(source: str, lead: str) -> UUID:
    """Return the department that a source names (`数据共享 · 市公安局 · 人口基础信息`), or the one that leads."""
    for name in (*sources.names_in(source), lead):
        with suppress(NotFound):
            return organisation.department_named(name).id
    raise NotFound("现在没有能核对这项信息的部门，请拨打热线，由热线转办。")
