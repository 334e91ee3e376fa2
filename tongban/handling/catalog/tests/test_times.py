"""Field case: all cards of bundles said 可在线办理 as their time, and drafts said 0 个工作日."""

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tongban.handling.catalog import queries, reading
from tongban.handling.catalog.schema import Bundle, BundleStep, Item
from tongban.handling.catalog.times import acceptance_words, bundle_facts, longest_path, promise, whole_promise
from tongban.handling.catalog.vocabulary import LIFE_EVENTS

SPECS = [document.spec for document in reading.read_all(reading.files())]
BUNDLES = [spec for spec in SPECS if isinstance(spec, Bundle)]
ITEMS = {spec.code: spec for spec in SPECS if isinstance(spec, Item)}


def step(key, days, *after):
    return BundleStep(key=key, promised_days=days, after=after)


def test_steps_that_wait_add_up_and_others_run_side_by_side():
    steps = [step("a", 2), step("b", 5), step("c", 3, "a"), step("d", 1, "a", "b")]
    assert longest_path(steps, {}) == 6
    assert whole_promise(steps, {}) == "受理后最长 6 个工作日"


def test_a_step_that_waits_for_one_that_is_not_chosen_counts_alone():
    assert longest_path([step("c", 3, "a")], {}) == 3


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.randoms())
def test_a_longer_step_never_makes_the_whole_shorter(days, chance):
    steps = [
        step(str(place), length, *{str(chance.randrange(place)) for _ in range(2 if place else 0)})
        for place, length in enumerate(days)
    ]
    whole = longest_path(steps, {})
    assert max(days) <= whole <= sum(days)
    grown = [one.model_copy(update={"promised_days": one.promised_days + 1}) for one in steps]
    assert longest_path(grown, {}) > whole


def test_field_case_no_time_is_called_0_working_days():
    assert promise(0) == "受理后当场办结"
    assert promise(0, instant=True) == "材料齐全时当场办结"
    assert promise(3) == "受理后 3 个工作日"
    assert whole_promise([step("a", 0)], {}) == "受理后当场办结"
    machine = next(item for item in ITEMS.values() if item.instant)
    assert whole_promise([BundleStep(key="a", item=machine.code)], ITEMS) == "材料齐全时当场办结"


@pytest.mark.parametrize(
    ("instant", "days", "said"),
    [
        (True, 0, ""),
        (False, 0, "提交后 5 个工作日内受理，或者一次告知要补的材料。"),
        (False, 3, "提交后 5 个工作日内受理，或者一次告知要补的材料；办理时限从受理的第二天算起。"),
    ],
)
def test_only_what_the_machine_decides_is_done_without_waiting_for_acceptance(instant, days, said):
    """Guide and check page said 当场办结 of what a department may take five days to accept."""
    item = next(one for one in ITEMS.values() if one.instant == instant).model_copy(update={"promised_days": days})
    assert acceptance_words([item]) == said
    assert promise(0, instant=instant) == ("材料齐全时当场办结" if instant else "受理后当场办结")


def test_the_guide_of_an_item_on_the_spot_says_that_acceptance_comes_first(loaded):
    item = next(i for i in ITEMS.values() if not i.instant and i.promised_days == 0)
    text = Client().get(f"/items/{item.code}/").content.decode()
    assert "受理后当场办结" in text
    assert "提交后 5 个工作日内受理，或者一次告知要补的材料。" in text


def test_the_newborn_bundle_takes_as_long_as_its_subsidy():
    birth = next(one for one in BUNDLES if one.key == "birth")
    assert whole_promise(birth.steps, ITEMS) == "受理后最长 15 个工作日"
    assert bundle_facts(birth, ITEMS) == ["9 项业务", "一张表", "6 项当场办结"]


def test_field_case_cards_of_bundles_show_a_time_not_that_they_are_online(loaded):
    text = Client().get("/bundles/").content.decode()
    assert "可在线办理" not in text
    promises = re.findall(r"<b>(受理后当场办结|受理后最长 \d+ 个工作日)</b>", text)
    assert len(promises) == len(BUNDLES) == 16


@pytest.mark.parametrize("life", LIFE_EVENTS)
def test_a_life_event_shows_its_own_bundle_first(loaded, life):
    own = [one.name for one in BUNDLES if life in {one.life_event, *one.also_life_events}]
    text = Client().get("/items/", {"life": life}).content.decode()
    for name in own:
        assert name in text.partition('aria-label="事项列表"')[0].partition('aria-label="一件事"')[2], (life, name)
    if not own:
        assert 'aria-label="一件事"' not in text


def test_every_bundle_is_found_under_a_life_event_or_a_group(loaded):
    for one in BUNDLES:
        assert one.life_event or one.groups, one.key
        wanted = queries.Filter(life=one.life_event, group=next(iter(one.groups), "") if not one.life_event else "")
        assert one.key in {found.key for found in queries.bundles_first(wanted)}


def test_the_bundles_stand_before_the_first_page_only(loaded):
    assert queries.bundles_first(queries.Filter(life="出生"), page="2") == []
    assert queries.bundles_first(queries.Filter()) == []
    assert [one.key for one in queries.bundles_first(queries.Filter(life="婚育"))] == ["birth"]
    assert [one.key for one in queries.bundles_first(queries.Filter(life="准营", serves="organisation"))] == [
        "transport-company"
    ]
