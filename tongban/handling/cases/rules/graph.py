"""The graph of an application: which children are chosen, which wait for which, and a single item as a graph of one."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from tongban.handling.catalog.schema import Bundle, BundleStep, Condition, Item, Page

Answers = Mapping[str, str]


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether each key of the condition was answered with one of its values."""
    return all(answers.get(key) in wanted for key, wanted in condition.items())


def chosen_steps(bundle: Bundle, answers: Answers) -> list[BundleStep]:
    """The children that the answers derive; a child whose predecessor is not chosen is left out with it."""
    chosen: dict[str, BundleStep] = {}
    for step in in_order(bundle):
        if holds(step.when, answers) and all(key in chosen for key in step.after):
            chosen[step.key] = step
    return [step for step in bundle.steps if step.key in chosen]


def in_order(bundle: Bundle) -> list[BundleStep]:
    """The steps with every predecessor before its successors; a cycle is refused when the catalogue is checked."""
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


def as_bundle(item: Item) -> Bundle:
    """A single item as a graph of one case with one page, so that everything else knows only graphs."""
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
        pages=(Page(key="form", title="填写信息", fields=tuple(f.key for f in item.form)),) if item.form else (),
        steps=(BundleStep(key="item", item=item.code, name=item.name),),
        authored=item.authored,
    )
