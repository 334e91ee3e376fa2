"""Which steps an application has, for any graph and any answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.cases.rules.graph import as_bundle, chosen_steps, holds, in_order
from tongban.handling.catalog import reading
from tongban.handling.catalog.schema import Bundle, BundleStep, FormField, Item


def bundle(steps):
    return Bundle(key="b", name="b", serves=("person",), lead="x", form_name="f", hours=2, steps=tuple(steps))


@st.composite
def graphs(draw):
    """Generate a random directed acyclic graph with steps in any order and random conditions."""
    size = draw(st.integers(1, 9))
    steps = []
    for n in range(size):
        after = draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set()
        when = draw(st.dictionaries(st.sampled_from("pqr"), st.lists(st.sampled_from("xyz"), min_size=1), max_size=2))
        steps.append(BundleStep(key=f"s{n}", item="XX-01", after=tuple(f"s{a}" for a in sorted(after)), when=when))
    return bundle(draw(st.permutations(steps)))


answers = st.dictionaries(st.sampled_from("pqr"), st.sampled_from("xyz"))


@given(graphs(), answers)
def test_a_chosen_step_has_all_its_predecessors_and_its_condition(graph, given_answers):
    chosen = chosen_steps(graph, given_answers)
    keys = {step.key for step in chosen}
    for step in chosen:
        assert set(step.after) <= keys
        assert holds(step.when, given_answers)


@given(graphs(), answers)
def test_an_omitted_step_has_a_reason(graph, given_answers):
    keys = {step.key for step in chosen_steps(graph, given_answers)}
    for step in graph.steps:
        if step.key not in keys:
            assert not holds(step.when, given_answers) or not set(step.after) <= keys


@given(graphs(), answers)
def test_chosen_steps_keep_the_order_of_the_bundle(graph, given_answers):
    chosen = [step.key for step in chosen_steps(graph, given_answers)]
    assert chosen == [step.key for step in graph.steps if step.key in chosen]


@given(graphs())
def test_sorting_puts_predecessors_first_and_keeps_every_step(graph):
    ordered = [step.key for step in in_order(graph)]
    assert sorted(ordered) == sorted(step.key for step in graph.steps)
    for step in graph.steps:
        assert all(ordered.index(before) < ordered.index(step.key) for before in step.after)


@given(graphs())
def test_without_conditions_every_step_is_chosen(graph):
    free = bundle([step.model_copy(update={"when": {}}) for step in graph.steps])
    assert chosen_steps(free, {}) == list(free.steps)


@pytest.mark.parametrize("after", [("a",), ("missing",)])
def test_a_cycle_or_an_unknown_predecessor_is_an_error(after):
    with pytest.raises(ValueError, match="cycle or names an unknown step"):
        in_order(bundle([BundleStep(key="a", item="XX-01", after=after)]))


def test_a_single_item_is_a_graph_of_one():
    item = Item(
        code="XX-01", name="某事项", field="XX", field_name="某", department="某局", task_type="20",
        project_type="2", serves=("person",), legal_days=5, promised_days=3,
        form=(FormField(key="k", label="某项", kind="text"),),
    )  # fmt: skip
    graph = as_bundle(item)
    assert [step.item for step in chosen_steps(graph, {})] == ["XX-01"]
    assert graph.pages[0].fields == ("k",)


@pytest.mark.req("C3")
@pytest.mark.parametrize(
    ("key", "answers", "items"),
    [
        ("property-transfer", {"with_s2": "no", "with_s5": "no"}, "ZF-05 SW-11 BD-03"),
        ("property-transfer", {"with_s2": "no", "with_s5": "yes"}, "ZF-05 SW-11 BD-03 ZF-06"),
        ("property-transfer", {"with_s2": "yes", "with_s5": "yes"}, "ZF-05 JR-03 SW-11 BD-04 ZF-06"),
        (
            "death",
            dict.fromkeys(("with_s2", "with_s4", "with_s5", "with_s6", "with_s7", "with_s8"), "no"),
            "WJ-10 HJ-02",
        ),
        ("death", {"with_s6": "yes", "with_s8": "yes"}, "WJ-10 HJ-02 GJ-11 BD-08"),
        ("disabled", {"with_s7": "yes"}, "CL-01 CL-05"),
        ("school", {"with_s3": "yes", "with_s5": "no"}, "JB-09 HJ-14 HJ-15 BD-09 JB-08"),
    ],
)
def test_the_answers_choose_the_right_items(key, answers, items):
    shipped = reading.read(reading.FOLDER / "bundles" / f"{key}.yaml").spec
    assert [step.item for step in chosen_steps(shipped, answers)] == items.split()
