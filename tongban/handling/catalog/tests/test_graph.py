"""The graph of a bundle: steps that wait only for earlier ones are accepted, cycles are named and rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.catalog import rules
from tongban.handling.catalog.schema import BundleStep

from .conftest import a_bundle


@st.composite
def graphs(draw):
    """Generate steps that wait only for earlier ones, written in any order."""
    size = draw(st.integers(1, 12))
    steps = [
        BundleStep(
            key=f"s{n}",
            name=f"第{n}步",
            department="市公安局",
            after=tuple(f"s{k}" for k in sorted(draw(st.sets(st.integers(0, n - 1), max_size=4))) if n),
        )
        if n
        else BundleStep(key="s0", name="第0步", department="市公安局")
        for n in range(size)
    ]
    return draw(st.permutations(steps))


@pytest.mark.req("C3")
@given(graphs())
def test_steps_that_wait_only_for_earlier_ones_are_accepted(steps):
    assert rules.cycle_of(steps) == []
    assert [f for f in rules.bundle_findings(a_bundle(steps), {}) if "互相等待" in f.sentence] == []


@pytest.mark.req("C3")
@given(graphs(), st.data())
def test_a_cycle_is_refused_and_named(steps, data):
    by_key = {step.key: step for step in steps}
    waiting = [step for step in steps if step.after]
    if waiting:
        late = data.draw(st.sampled_from(waiting))
        early = by_key[data.draw(st.sampled_from(late.after))]
    else:
        late = early = data.draw(st.sampled_from(list(steps)))
    changed = [s.model_copy(update={"after": (*s.after, late.key)}) if s.key == early.key else s for s in steps]
    cycle = rules.cycle_of(changed)
    assert cycle
    after = {step.key: step.after for step in changed}
    assert all(later in after[key] for key, later in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    found = [f for f in rules.bundle_findings(a_bundle(changed), {}) if "互相等待" in f.sentence]
    assert [f.grade for f in found] == ["error"]
