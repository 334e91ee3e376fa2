"""Check that somebody is asked for everything that a condition names. Pure.

A condition on what nobody is asked for never holds, so its material would be demanded of nobody.
"""

from collections.abc import Iterable, Iterator, Mapping

from tongban.handling.catalog.carrying import carried_questions, conditions_of, questions_about
from tongban.handling.catalog.rules.findings import Finding, Place
from tongban.handling.catalog.schema import Bundle, Condition, FormField, GuidingQuestion, Item

Answers = Mapping[str, set[str]]
"""Key of a question or field -> the values of its choices; none for a field in which people write."""


def answers_to(questions: Iterable[GuidingQuestion], fields: Iterable[FormField]) -> dict[str, set[str]]:
    """Return what may be answered to questions and fields. A question wins over a field with the same key."""
    answers = {field.key: {value for value, _ in field.choices} for field in fields}
    return answers | {question.key: {value for value, _ in question.choices} for question in questions}


def condition_findings(place: Place, when: Condition, answers: Answers) -> Iterator[Finding]:
    """Check that a condition names only what is asked, and only answers that there are."""
    for key, wanted in when.items():
        if key not in answers:
            yield Finding("error", place, f"条件里的“{key}”既不是引导问题，也不是表单字段")
        elif unknown := [value for value in wanted if value not in answers[key]]:
            yield Finding("error", place, f"条件里“{key}”的答案“{'、'.join(unknown)}”不在选项里")


def asking_findings(item: Item, bundles: Mapping[str, Bundle]) -> Iterator[Finding]:
    """Check an item as it is applied for by itself. `bundles`: key -> bundle.

    Items that are never applied for by themselves are checked with their bundle only.
    """
    bundle = bundles.get(item.apply_through)
    if item.apply_through and bundle is None:
        yield Finding("error", ("apply_through",), f"没有“{item.apply_through}”这件事，请改 apply_through 或去掉")
        return
    if bundle and item.code not in {step.item for step in bundle.steps}:
        yield Finding("error", ("apply_through",), f"“{bundle.name}”里没有这个事项，群众找不到申请的地方，请改正")
    if bundle and not bundle.later_resource:
        return
    answers = answers_to(carried_questions(item, bundle) if bundle else (), item.form)
    for index, material in enumerate(item.materials):
        yield from condition_findings(("materials", index, "when"), material.when, answers)
    for index, field in enumerate(item.form):
        yield from condition_findings(("form", index, "when"), field.when, answers)


def bundle_asking_findings(bundle: Bundle, items: Mapping[str, Item]) -> Iterator[Finding]:
    """Check the conditions of a bundle's steps, and of the items in them. `items`: code -> item."""
    chosen = [items[step.item] for step in bundle.steps if step.item in items]
    every = answers_to(bundle.questions, [field for item in chosen for field in item.form])
    for index, step in enumerate(bundle.steps):
        yield from condition_findings(("steps", index, "when"), step.when, every)
    always = [items[code] for code in _always(bundle) if code in items]
    for item in chosen if bundle.authored else ():
        fields = [*item.form, *(field for other in always for field in other.form)]
        asked = answers_to(questions_about(item, bundle), fields)
        for when in conditions_of(item):
            for finding in condition_findings(("steps",), when, asked):
                yield Finding("error", finding.place, f"事项 {item.code}：{finding.sentence}")


def _always(bundle: Bundle) -> list[str]:
    """Return the codes of the items that every applicant of a bundle needs."""
    free: set[str] = set()
    for _ in bundle.steps:  # as often as the longest chain needs, in whatever order the steps are written
        free |= {step.key for step in bundle.steps if not step.when and free.issuperset(step.after)}
    return [step.item for step in bundle.steps if step.key in free]
