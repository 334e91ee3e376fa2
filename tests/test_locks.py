"""Counts in the shared cache: exact, and kept for as long as they are said to last."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from tongban.foundation import clock
from tongban.foundation.locks import count_one

DAY = 24 * 3600


@pytest.mark.django_db
def test_a_later_count_lasts_as_long_as_the_first():
    assert [count_one("of-a-day", lasts=DAY) for _ in range(3)] == [1, 2, 3]
    with connection.cursor() as cursor:
        cursor.execute("SELECT expires FROM shared_cache WHERE cache_key = %s", [cache.make_key("of-a-day")])
        (expires,) = cursor.fetchone()
    assert expires > clock.now() + timedelta(seconds=DAY - 60)
