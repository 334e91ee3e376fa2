"""Check a bundle against the items of the catalogue: its steps, their graph, its pages and conditions. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from tongban.handling.catalog.rules.asking import bundle_asking_findings
from tongban.handling.catalog.rules.findings import Finding, Grade, Place, twice
from tongban.handling.catalog.schema import Bundle, BundleStep, GuidingQuestion, Item
from tongban.handling.catalog.vocabulary import GROUPS, LIFE_EVENTS


def bundle_findings(bundle: Bundle, items: Mapping[str, Item]) -> Iterator[Finding]:
    """Check one bundle against the items of the catalogue (code -> item)."""
    keys = [step.key for step in bundle.steps]
    yield from twice("steps", keys, "步骤")
    for index, step in enumerate(bundle.steps):
        yield from _step_findings(index, step, keys, items, authored=bundle.authored)
        if step.item in items:
            yield from _unlike_its_item(("steps", index), step, items[step.item], bundle)
    cycle = cycle_of(bundle.steps)
    if cycle:
        index = next(i for i, step in enumerate(bundle.steps) if step.key == cycle[0])
        around = " → ".join([*cycle, cycle[0]])
        yield Finding("error", ("steps", index, "after"), f"步骤互相等待，都开始不了：{around}，请去掉一个先后关系")
    if not (bundle.life_event or bundle.groups):
        yield Finding("warning", ("life_event",), "没有写人生和企业阶段，也没有写特定人群，读者按阶段找不到这件事")
    yield from _unknown_words(bundle)
    if len(bundle.questions) > 8:
        yield Finding("error", ("questions",), f"引导问题最多 8 个，现在有 {len(bundle.questions)} 个")
    yield from _form_findings(bundle, items)
    if not bundle.authored:
        yield Finding("to be completed", ("key",), "联办表单还没有写全，暂不能在线申请")
    if not bundle.conditions:
        yield Finding("to be completed", ("key",), "办理条件待补充")


def _unknown_words(bundle: Bundle) -> Iterator[Finding]:
    for place, words, known in (
        ("life_event", (bundle.life_event,), LIFE_EVENTS),
        ("also_life_events", bundle.also_life_events, LIFE_EVENTS),
        ("groups", bundle.groups, GROUPS),
    ):
        for word in words:
            if word and word not in known:
                yield Finding("error", (place,), f"“{word}”不在可用的词里，请从“{'、'.join(known)}”里选")


def _step_findings(
    index: int, step: BundleStep, keys: list[str], items: Mapping[str, Item], *, authored: bool
) -> Iterator[Finding]:
    place: Place = ("steps", index)
    if not step.item:
        grade: Grade = "error" if authored else "to be completed"
        yield Finding(grade, place, f"步骤“{step.name or step.key}”还没有对应的事项，请先编写事项")
        if not (step.name and step.department):
            yield Finding("error", place, f"步骤“{step.key}”没有事项时，要写明名称和部门")
    elif step.item not in items:
        yield Finding("error", (*place, "item"), f"步骤“{step.name or step.key}”的事项“{step.item}”不在事项目录里")
    for key in step.after:
        if key not in keys:
            yield Finding("error", (*place, "after"), f"步骤“{step.key}”要等的“{key}”不在这件事里")


def _unlike_its_item(place: Place, step: BundleStep, item: Item, bundle: Bundle) -> Iterator[Finding]:
    """Check that a step promises what its item does, since its case will follow the item."""
    if not bundle.by_person and not set(bundle.serves) <= set(item.serves):
        yield Finding("error", place, f"这件事的申请人里有人不能办 {item.code}“{item.name}”，请改其中一处的服务对象")
    if step.promised_days not in {None, item.promised_days}:
        sentence = (
            f"承诺 {step.promised_days} 个工作日，事项 {item.code} 承诺的是 {item.promised_days} 个，请去掉或改一致"
        )
        yield Finding("error", (*place, "promised_days"), sentence)


def _form_findings(bundle: Bundle, items: Mapping[str, Item]) -> Iterator[Finding]:
    chosen = [items[step.item] for step in bundle.steps if step.item in items]
    fields = {f.key for item in chosen for f in item.form}
    on_pages = [key for page in bundle.pages for key in page.fields]
    for number, page in enumerate(bundle.pages):
        for key in page.fields:
            if key not in fields:
                yield Finding("error", ("pages", number, "fields"), f"页面“{page.title}”的字段“{key}”不在事项的表单里")
            if on_pages.count(key) > 1:
                yield Finding("error", ("pages", number, "fields"), f"字段“{key}”在页面里出现了两次，只问一次")
    yield from bundle_asking_findings(bundle, items)


def record_findings(
    bundle: Bundle,
    *,
    resources: Collection[str],
    values: Callable[[str], Mapping[str, Collection[str]]],
    facts: Collection[str],
) -> Iterator[Finding]:
    """Check the data resources of a bundle, and what its questions conclude from them.

    `values(resource)` are the facts of a resource by which a question may choose, with all values that each may have;
    `facts` are the facts that pages can show.
    """
    for name in ("subject_resource", "later_resource"):
        if (named := getattr(bundle, name)) and named not in resources:
            yield Finding("error", (name,), f"数据“{named}”还没有接入，请检查拼写")
    for index, question in enumerate(bundle.questions):
        place: Place = ("questions", index)
        for sentence in _of_choices(question):
            yield Finding("error", place, f"问题“{question.text}”{sentence}")
        if not question.resource:
            continue
        if question.resource not in resources:
            yield Finding("error", place, f"问题“{question.text}”的数据“{question.resource}”还没有接入，请检查拼写")
        elif question.fact:
            possible = values(question.resource).get(question.fact)
            for sentence in _of_fact(question, possible, facts):
                yield Finding("error", place, f"问题“{question.text}”{sentence}")


def _of_choices(question: GuidingQuestion) -> Iterator[str]:
    """Say what is wrong with a question's answers and with the way in which a record answers it."""
    choices = dict(question.choices)
    for name in ("answer", "usual"):
        if (given := getattr(question, name)) and given not in choices:
            yield f"的 {name} “{given}”不在选项里"
    for value, left in question.open_choices.items():
        if unknown := [choice for choice in left if choice not in choices]:
            yield f"在“{value}”时留下的“{'、'.join(unknown)}”不在选项里"
        if not left:
            yield f"在“{value}”时没有留下选项，请至少留一个"
    if bool(question.fact) != bool(question.open_choices):
        yield "的 fact 和 open_choices 要一起写"
    if bool(question.resource) != bool(question.answer or question.fact):
        yield "由数据回答的，要写明 resource，并写明 answer，或者 fact 和 open_choices"
    if question.answer and question.fact:
        yield "的 answer 和 fact 只能写一个"


def _of_fact(question: GuidingQuestion, possible: Collection[str] | None, facts: Collection[str]) -> Iterator[str]:
    if possible is None:
        yield f"不能按“{question.fact}”选：数据“{question.resource}”没有这一项，或者这一项没有固定的取值"
        return
    if question.fact not in facts:
        yield f"的“{question.fact}”不在 facts.yaml 里，页面不能显示"
    if wrong := [value for value in question.open_choices if value not in possible]:
        yield f"的“{'、'.join(wrong)}”不是“{question.fact}”的取值，请从“{'、'.join(sorted(possible))}”里选"
    if missing := sorted(set(possible) - question.open_choices.keys()):
        yield f"没有写“{'、'.join(missing)}”时留下哪些选项"


def cycle_of(steps: Iterable[BundleStep]) -> list[str]:
    """Return the keys of one cycle of steps that wait for one another, or an empty list."""
    after = {step.key: step.after for step in steps}
    sorter = TopologicalSorter(after)
    try:
        sorter.prepare()
        return []
    except CycleError:  # it names a cycle, but not always the first one in the file
        pass
    free: set[str] = set()
    while ready := sorter.get_ready():
        free.update(ready)
        sorter.done(*ready)
    left = {key: before for key, before in after.items() if key not in free}
    path = [next(iter(left))]
    while True:
        following = next(k for k in left[path[-1]] if k in left)
        if following in path:
            return path[path.index(following) :]
        path.append(following)
