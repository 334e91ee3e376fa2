"""The counters of the throttle: exact where promised, and kept for as long as promised."""

from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection

from tongban.foundation import clock
from tongban.foundation.testing import together
from tongban.foundation.throttle import BY_ADDRESS, CooldownCounter, FixedWindow, SlidingWindow

DAY = 24 * 3600
MINUTES = FixedWindow("api_allowance", 60)


@pytest.mark.django_db
def test_a_later_count_is_kept_for_its_full_period():
    assert [CooldownCounter(DAY).add("of-a-day") for _ in range(3)] == [1, 2, 3]
    assert CooldownCounter(DAY).count("of-a-day") == 3
    assert CooldownCounter(DAY).count("of-another") == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires FROM shared_cache WHERE cache_key = %s", [cache.make_key("of-a-day")])
        (expires,) = cursor.fetchone()
    assert expires > clock.now() + timedelta(seconds=DAY - 60)


@pytest.mark.django_db
def test_a_budget_is_taken_given_back_and_not_prolonged_by_refusals(monkeypatch):
    counter, kept = CooldownCounter(DAY), []
    assert [counter.take("budget", 2) for _ in range(3)] == [True, True, False]
    assert counter.count("budget") == 2
    counter.give_back("budget")
    counter.give_back("never-taken")
    assert (counter.count("budget"), counter.count("never-taken")) == (1, 0)
    assert counter.take("budget", 2)
    monkeypatch.setattr(type(caches["default"]), "set", lambda *found, **more: kept.append(found))
    assert not counter.take("budget", 2)
    assert kept == []


@pytest.mark.django_db(transaction=True)
def test_parallel_takers_do_not_exceed_the_budget():
    assert sorted(together(*[lambda: CooldownCounter(60).take("taken", 5)] * 8)) == [False] * 3 + [True] * 5


@pytest.mark.django_db(transaction=True)
def test_parallel_increments_are_all_counted():
    assert sorted(together(*[lambda: CooldownCounter(60).add("together")] * 8)) == [1, 2, 3, 4, 5, 6, 7, 8]
    found = together(*[lambda: MINUTES.add(7, "together")["together"]] * 8)
    assert sorted(found) == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.django_db
def test_a_fixed_window_ends_on_time_and_returns_only_its_own_counts():
    moment = clock.now().replace(second=40, microsecond=0)
    with clock.at_moment(moment):
        window, left = MINUTES.window()
        assert left == 20
        assert MINUTES.add(window, "a", "b") == {"a": 1, "b": 1}
        assert MINUTES.add(window, "a") == {"a": 2}
        MINUTES.give_back(window, ["a", "b"])
        MINUTES.give_back(window, ["b"])
        assert MINUTES.add(window, "a", "b") == {"a": 2, "b": 1}
    with clock.at_moment(moment + timedelta(seconds=20)):
        later, left = MINUTES.window()
        assert (later, left) == (window + 1, 60)
        assert MINUTES.add(later, "a") == {"a": 1}
        MINUTES.give_back(window, ["a"])
        assert MINUTES.add(later, "a") == {"a": 2}


@pytest.mark.django_db
def test_a_sliding_limit_says_when_the_oldest_count_expires():
    now = 1000.0
    throttle = SlidingWindow(2, 60, now=lambda: now)
    assert throttle.take("x") == 0
    now = 1010.0
    assert throttle.take("x") == 0
    now = 1030.5
    assert throttle.take("x") == 30
    assert throttle.take("y") == 0
    now = 1059.9
    assert throttle.take("x") == 1
    now = 1060.0
    assert throttle.take("x") == 0  # refused tries did not count
    assert throttle.take("x") == 10


@pytest.mark.django_db
def test_callers_from_many_addresses_evict_no_counter_of_a_person(monkeypatch):
    for each in caches.all():
        monkeypatch.setattr(each, "_max_entries", 20)
    tries, public, by_address = CooldownCounter(DAY), SlidingWindow(5, 60), CooldownCounter(DAY, BY_ADDRESS)
    assert tries.add("faces:somebody") == 1
    for number in range(60):
        public.take(f"reader-{number}")
        by_address.add(f"failure-{number}")
    assert tries.add("faces:somebody") == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM address_cache")
        (kept,) = cursor.fetchone()
    assert kept <= 21, "the other cache was full"
