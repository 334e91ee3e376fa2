"""How long a service takes, in the words of cards, guides and drafts. Pure.

Times are the departments' promises (承诺时限) in working days. They are counted from acceptance (受理), and the words
say so, since up to `ACCEPTANCE_DAYS` pass before (行政许可法 Art. 32, 42). The time of a bundle is that of its longest
path: steps that wait for each other add up, others run side by side.
"""

from collections.abc import Iterable, Mapping

from tongban.handling.catalog.schema import Bundle, BundleStep, Item

ACCEPTANCE_DAYS = 5
"""Working days within which a department accepts an application or names everything that is missing."""


def promise(days: int, *, instant: bool = False) -> str:
    """Return a promised time in words.

    An instant item (秒批) is decided as soon as its materials are complete. Any other waits for acceptance first,
    also if it is promised on the spot (0 days).
    """
    if instant:
        return "材料齐全时当场办结"
    return "受理后当场办结" if days == 0 else f"受理后 {days} 个工作日"


def days_of(step: BundleStep, items: Mapping[str, Item]) -> int:
    """Return the promised working days of a step; `items`: code -> item. A step without a promise counts as 0."""
    if step.promised_days is not None:
        return step.promised_days
    return items[step.item].promised_days if step.item in items else 0


def longest_path(steps: Iterable[BundleStep], items: Mapping[str, Item]) -> int:
    """Return the working days of the longest chain of steps, each of which waits for the one before."""
    by_key = {step.key: step for step in steps}
    known: dict[str, int] = {}

    def until(key: str) -> int:
        if key not in known:
            step = by_key[key]
            known[key] = days_of(step, items) + max((until(k) for k in step.after if k in by_key), default=0)
        return known[key]

    return max(map(until, by_key), default=0)


def whole_promise(steps: Iterable[BundleStep], items: Mapping[str, Item]) -> str:
    """Return in words within what time all steps are done at the latest."""
    steps = list(steps)
    days = longest_path(steps, items)
    if days:
        return f"受理后最长 {days} 个工作日"
    return promise(0, instant=all(step.item in items and items[step.item].instant for step in steps))


def acceptance_words(items: Iterable[Item]) -> str:
    """Return what a page adds to the times of these items, or "" if none of them waits for acceptance."""
    days = [item.promised_days for item in items if not item.instant]
    if not days:
        return ""
    from_then = "；办理时限从受理的第二天算起" if any(days) else ""
    return f"提交后 {ACCEPTANCE_DAYS} 个工作日内受理，或者一次告知要补的材料{from_then}。"


def bundle_facts(bundle: Bundle, items: Mapping[str, Item]) -> list[str]:
    """Return what the card of a bundle says: its number of steps, its one form, and how many are done on the spot."""
    instant = sum(days_of(step, items) == 0 for step in bundle.steps)
    facts = [f"{len(bundle.steps)} 项业务", "一张表"]
    return facts + ([f"{instant} 项当场办结"] if 0 < instant < len(bundle.steps) else [])
