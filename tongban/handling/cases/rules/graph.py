"""The graph of an application: which steps the answers choose, in which order, and a single item as a graph of one."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from tongban.handling.catalog.carrying import carried_questions
from tongban.handling.catalog.schema import Bundle, BundleStep, Condition, Item, Page

Answers = Mapping[str, str]


def holds(condition: Condition, answers: Answers) -> bool:
    """Return whether every key of the condition was answered with one of its values."""
    return all(answers.get(key) in wanted for key, wanted in condition.items())


def chosen_steps(bundle: Bundle, answers: Answers) -> list[BundleStep]:
    """Return the steps that the answers choose. A step is left out if one of its predecessors is."""
    chosen: dict[str, BundleStep] = {}
    for step in in_order(bundle):
        if holds(step.when, answers) and all(key in chosen for key in step.after):
            chosen[step.key] = step
    return [step for step in bundle.steps if step.key in chosen]


def in_order(bundle: Bundle) -> list[BundleStep]:
    """Return the steps in topological order. Raises ValueError for a cycle or an unknown predecessor.

    The check of the catalogue rejects such bundles before they are published.
    """
    sorter = TopologicalSorter({step.key: step.after for step in bundle.steps})
    refused = ValueError(f"bundle {bundle.key} has a cycle or names an unknown step")
    if not {step.key for step in bundle.steps}.issuperset(key for step in bundle.steps for key in step.after):
        raise refused
    try:
        sorter.prepare()
    except CycleError:
        raise refused from None
    ordered: list[BundleStep] = []
    while sorter.is_active():
        ready = set(sorter.get_ready())
        ordered += [step for step in bundle.steps if step.key in ready]
        sorter.done(*ready)
    return ordered


def as_bundle(item: Item, through: Bundle | None = None) -> Bundle:
    """Return a single item as a bundle with one step and one page, so that all other code handles bundles only.

    `through` is the bundle of an item that is applied for alone. Of its questions, the item keeps those on which it
    depends.
    """
    return Bundle(
        key=item.code,
        version=item.version,
        name=item.name,
        serves=item.serves,
        lead=item.department,
        form_name=f"{item.name}申请表",
        hours=2,
        summary=item.summary,
        conditions=item.conditions,
        questions=carried_questions(item, through) if through else (),
        pages=(Page(key="form", title="填写信息", fields=tuple(f.key for f in item.form)),) if item.form else (),
        steps=(BundleStep(key="item", item=item.code, name=item.name),),
        authored=item.authored,
    )
