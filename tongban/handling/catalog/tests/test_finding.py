"""The search works with everyday words and pinyin, and in spite of typing errors."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.handling.catalog import reading
from tongban.handling.catalog.finding import Entry, Index
from tongban.handling.catalog.schema import Item

SPECS = [d.spec for d in reading.read_all(reading.files()) if d.spec]
INDEX = Index.of(
    Entry("item", s.code, s.name, s.nicknames, f"{s.department} {s.field_name} {' '.join(s.themes)}")
    if isinstance(s, Item)
    else Entry("bundle", s.key, s.name, s.nicknames, s.summary)
    for s in SPECS
)


@pytest.mark.req("A2")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("落户", "HJ-01"),
        ("身份证丢了怎么办", "HJ-08"),
        ("luohu", "HJ-01"),
        ("sbk", "SB-01"),
        ("shebaoka", "SB-01"),
        ("我想注册公司", "QY-02"),
        ("食品经营许可", "SP-01"),
        ("生小孩", "birth"),
        ("退休", "retirement"),
        ("护照", "CR-01"),
        ("教师资格正", "JB-03"),
        ("ＪＩＥＨＵＮ", "HY-02"),
    ],
)
def test_the_expected_service_is_among_the_first_five_hits(typed, found):
    assert found in [hit.entry.key for hit in INDEX.find(typed)[:5]]


@given(st.text(max_size=80))
@settings(max_examples=100)
def test_hits_are_sorted_best_first_for_any_input(text):
    scores = [hit.score for hit in INDEX.find(text)]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


def test_every_name_finds_its_service():
    found = {entry.name: [hit.entry.name for hit in INDEX.find(entry.name)[:3]] for entry in INDEX.entries}
    assert [name for name, first in found.items() if name not in first] == []


def test_an_empty_index_and_an_empty_query_find_nothing():
    assert Index.of(()).find("落户") == []
    assert INDEX.find("   ") == []
