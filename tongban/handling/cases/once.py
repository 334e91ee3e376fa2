"""Items that may be granted once for a person or child (`once_per`): one case that runs or was granted is all there is.

A constraint of the database holds it too. Cases that were withdrawn, lapsed, not accepted or denied rule nothing out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from tongban.foundation import clock, locks
from tongban.foundation.errors import Conflict
from tongban.foundation.ui.filters import cn_date
from tongban.handling.cases.models import BARRING, Case
from tongban.handling.cases.plan import Plan
from tongban.handling.catalog import queries as catalog
from tongban.handling.catalog.schema import Bundle, BundleStep, Item
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel


class AlreadyApplied(Conflict):
    """The item was applied for already for this person or child.

    `number` is that of the earlier application, if the reader may open it, otherwise empty. `earlier` is its case that
    rules out the new one.
    """

    code = "already-applied"

    def __init__(self, message: str, number: str = "", *, earlier: Case) -> None:
        super().__init__(message)
        self.number = number
        self.earlier = earlier


def once_id(item: Item, facts: Mapping[str, str], at: datetime) -> UUID | None:
    """Return the id of what the item may be granted for only once at `at`, or None if it may be repeated.

    An item that is due once a year has another id in each calendar year of the city's time.
    """
    who, _, yearly = item.once_per.partition("-")
    value = facts.get(f"{who}.id", "") if who else ""
    if not value:
        return None
    return uuid5(UUID(value), str(clock.legal_day(at).year)) if yearly else UUID(value)


def earlier_cases(items: Iterable[Item], facts: Mapping[str, str], at: datetime) -> list[Case]:
    """Return the cases that rule out a new one of these items, the earliest first. No query if nothing is limited."""
    wanted = {item.code: found for item in items if (found := once_id(item, facts, at))}
    if not wanted:
        return []
    cases = Case.objects.filter(BARRING, item_code__in=wanted, once_id__in=set(wanted.values()))
    rows = cases.select_related("application").order_by("application__submitted_at", "position")
    return [case for case in rows if wanted[case.item_code] == case.once_id]


def own_earlier_cases(spec: Bundle, applicant_id: UUID) -> list[Case]:
    """Return the applicant's cases of the bundle that rule out new ones, the latest first. At most one."""
    cases = Case.objects.filter(BARRING, application__applicant_id=applicant_id, application__service=spec.key)
    return list(cases.select_related("application").order_by("-application__submitted_at", "position")[:1])


def refuse_twice(plan: Plan, actor: Actor, at: datetime) -> None:
    """Raise AlreadyApplied if a case of the application is ruled out by an earlier one.

    Submissions for the same person or child wait for each other, so that the second one sees the first.
    """
    found = {str(one) for item in plan.items.values() if (one := once_id(item, plan.application.facts, at))}
    for name in sorted(found):
        locks.hold(f"cases.once:{name}")
    if found and (earlier := earlier_cases(plan.items.values(), plan.application.facts, at)):
        raise refusal(earlier[0], actor)


def refusal(earlier: Case, actor: Actor) -> AlreadyApplied:
    """Return the error that names the earlier application, as far as the reader may know it."""
    application = earlier.application
    at = f"{cn_date(application.submitted_at)}" if application.submitted_at else "先前"
    if application.applicant_id == actor.acting_for:
        look = (
            "已经办结，结果在先前那份申请里看。"
            if earlier.closed_at
            else "进度和结果在先前那份申请里看；要改动，请先撤回还没有决定的办件。"
        )
        return AlreadyApplied(
            f"“{earlier.name}”已经在 {at} 申请过了，不用再交一次。{look}",
            application.number or "",
            earlier=earlier,
        )
    who = (
        ""
        if actor.channel == Channel.API
        else identity.display_names([application.applicant_id])[application.applicant_id]
    )
    return AlreadyApplied(
        f"孩子的“{earlier.name}”已经由{who or '另一位监护人'}在 {at} 申请了，不用再交一次。"
        "进度和结果请向提交的一方了解；没有一起申请的其他业务，可以单独办。",
        earlier=earlier,
    )


def left_out(spec: Bundle | Item, earlier: Case, at: datetime) -> list[BundleStep]:
    """Return the optional steps of a bundle that are not applied for yet, for the child of an earlier case of it.

    A step that was denied, withdrawn or not accepted is among them, and so is one that is due again. Empty where
    nothing can be applied for afterwards. Two queries at most.
    """
    if not isinstance(spec, Bundle) or not spec.later_resource:
        return []
    optional = [step for step in spec.steps if step.optional and step.item]
    items = catalog.items_named(step.item for step in optional)
    taken = {case.item_code for case in earlier_cases(items.values(), earlier.application.facts, at)}
    return [step for step in optional if step.item in items and step.item not in taken]
