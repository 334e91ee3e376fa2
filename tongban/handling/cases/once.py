"""Items that may be granted once for a person or child (`once_per`): one case that runs or was granted is all there is.

A constraint of the database holds it too. Cases that were withdrawn, lapsed, not accepted or denied rule nothing out.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from tongban.foundation import locks
from tongban.foundation.errors import Conflict
from tongban.foundation.ui.filters import cn_date
from tongban.handling.cases.models import BARRING, Case
from tongban.handling.cases.plan import Plan
from tongban.handling.catalog.schema import Bundle, Item
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor, Channel


class AlreadyApplied(Conflict):
    """The item was applied for already for this person or child.

    `number` is that of the earlier application, if the reader may open it, otherwise empty.
    """

    code = "already-applied"

    def __init__(self, message: str, number: str = "") -> None:
        super().__init__(message)
        self.number = number


def once_id(item: Item, facts: Mapping[str, str]) -> UUID | None:
    """Return the id of what the item may be granted for only once, or None if it may be repeated."""
    value = facts.get(f"{item.once_per}.id", "") if item.once_per else ""
    return UUID(value) if value else None


def earlier_cases(items: Iterable[Item], facts: Mapping[str, str]) -> list[Case]:
    """Return the cases that rule out a new one of these items, the earliest first. No query if nothing is limited."""
    wanted = {item.code: found for item in items if (found := once_id(item, facts))}
    if not wanted:
        return []
    cases = Case.objects.filter(BARRING, item_code__in=wanted, once_id__in=set(wanted.values()))
    rows = cases.select_related("application").order_by("application__submitted_at", "position")
    return [case for case in rows if wanted[case.item_code] == case.once_id]


def own_earlier_cases(spec: Bundle, applicant_id: UUID) -> list[Case]:
    """Return the applicant's cases of the bundle that rule out new ones, the latest first. At most one."""
    cases = Case.objects.filter(BARRING, application__applicant_id=applicant_id, application__service=spec.key)
    return list(cases.select_related("application").order_by("-application__submitted_at", "position")[:1])


def refuse_twice(plan: Plan, actor: Actor) -> None:
    """Raise AlreadyApplied if a case of the application is ruled out by an earlier one.

    Submissions for the same person or child wait for each other, so that the second one sees the first.
    """
    found = {str(one) for item in plan.items.values() if (one := once_id(item, plan.application.facts))}
    for name in sorted(found):
        locks.hold(f"cases.once:{name}")
    if found and (earlier := earlier_cases(plan.items.values(), plan.application.facts)):
        raise refusal(earlier[0], actor)


def refusal(earlier: Case, actor: Actor) -> AlreadyApplied:
    """Return the error that names the earlier application, as far as the reader may know it."""
    application = earlier.application
    at = f"{cn_date(application.submitted_at)}" if application.submitted_at else "先前"
    if application.applicant_id == actor.acting_for:
        return AlreadyApplied(
            f"“{earlier.name}”已经在 {at} 申请过了，不用再交一次。进度和结果在先前那份申请里看；"
            "要改动，请先撤回那一份还没有决定的办件。",
            application.number or "",
        )
    who = (
        ""
        if actor.channel == Channel.API
        else identity.display_names([application.applicant_id])[application.applicant_id]
    )
    return AlreadyApplied(
        f"孩子的“{earlier.name}”已经由{who or '另一位监护人'}在 {at} 申请了，不用再交一次。"
        "进度和结果请向提交的一方了解；没有申请的其他业务，可以到窗口单独办。"
    )
