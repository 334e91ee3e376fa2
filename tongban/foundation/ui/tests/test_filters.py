from datetime import UTC, datetime, timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.ui import filters

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_dates_are_in_the_citys_time_zone():
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
    assert filters.cn_date(late) == "2026 年 11 月 24 日"
    assert filters.cn_datetime(late, year=False) == "11 月 24 日 00:30"
    assert filters.cn_date(None) == ""


@pytest.mark.parametrize(
    ("hours", "words"), [(0, "今天 12:00"), (24, "明天 12:00"), (-24, "昨天 12:00"), (72, "11 月 26 日 12:00")]
)
def test_days_near_today_have_names(hours, words):
    with clock.at_moment(NOON):
        assert filters.cn_when(NOON + timedelta(hours=hours)) == words


def test_a_provisional_day_is_marked():
    assert filters.provisional(False) == filters.provisional(False, why=True) == ""
    assert filters.provisional(True) == "（暂定）"
    assert filters.provisional(True, why=True) == "（暂定，那一年的放假安排还没有公布）"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 秒"), (8, "8 秒"), (240, "4 分钟"), (3960, "1 小时 6 分"), (7200, "2 小时"), (259200, "3 天")],
)
def test_durations_are_written_in_words(seconds, words):
    assert filters.cn_duration(seconds) == words


@pytest.mark.req("D6")
def test_masks_hide_everything_until_the_crypto_room_provides_rules():
    with filters.masking.replaced(None):
        assert filters.FILTERS["mask"]("990102199001011234", "number") == "***"
        assert filters.FILTERS["mask"]("", "name") == ""
    with filters.masking.replaced(lambda kind, value: f"{kind} {value[0]}*"):
        assert filters.FILTERS["mask"]("李敏", "name") == "name 李*"
