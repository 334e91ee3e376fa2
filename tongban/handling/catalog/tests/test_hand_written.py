"""Hand-written statements of the catalogue read what the ORM reads."""

from django.db.models import Count, Max

from tongban.foundation.prepared import fetch
from tongban.handling.catalog import queries, services
from tongban.handling.catalog.models import BundleVersion, ItemVersion
from tongban.handling.catalog.queries.indexing import STAMP
from tongban.handling.catalog.queries.lists import Card, Filter, cards_of, items_after
from tongban.handling.catalog.tests.conftest import ACTOR


def test_cards_by_codes_equal_those_of_the_lists(loaded):
    cards = items_after(Filter(), after="", limit=1000)
    codes = [card["code"] for card in cards]
    assert len(codes) > 100
    assert any(card["nickname"] for card in cards)
    assert cards_of(codes[::-1]) == cards[::-1]
    assert cards[0].keys() == Card.__annotations__.keys()


def test_cards_of_items_that_are_not_in_force_are_left_out(loaded):
    code, other = ItemVersion.objects.filter(current__isnull=False).values_list("code", flat=True).distinct()[:2]
    services.withdraw_item(code, reason="测试停办", actor=ACTOR)
    assert [card["code"] for card in cards_of([code, "XX-00", other])] == [other]


def test_standings_equal_the_newest_items_and_what_is_withdrawn(loaded):
    codes = list(ItemVersion.objects.values_list("code", flat=True).distinct()[:20])
    services.withdraw_item(codes[0], reason="测试停办", actor=ACTOR)
    standings = queries.standings(codes)
    assert {code: one.newest for code, one in standings.items()} == queries.newest_items(codes)
    in_force = set(ItemVersion.objects.filter(current__isnull=False, code__in=codes).values_list("code", flat=True))
    assert {code for code, one in standings.items() if one.in_force} == in_force == set(codes[1:])


def stamp_of_the_orm():
    found = []
    for model in (ItemVersion, BundleVersion):
        found += model.objects.filter(current__isnull=False).aggregate(n=Count("id"), at=Max("published_at")).values()
    return tuple(found)


def test_the_stamp_of_the_search_index_changes_with_each_publication(loaded):
    *before, names = fetch(STAMP, ())[0]
    assert tuple(before) == stamp_of_the_orm()
    code = ItemVersion.objects.filter(current__isnull=False).values_list("code", flat=True).first()
    services.withdraw_item(code, reason="测试停办", actor=ACTOR)
    *after, same_names = fetch(STAMP, ())[0]
    assert tuple(after) == stamp_of_the_orm() != tuple(before)
    assert same_names == names
