"""What the public pages promise about accounts and data is what the platform does."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tongban.people.signin import kept_forms, known_browsers, rules, visitors
from tongban.portal.about import texts

pytestmark = pytest.mark.req("B1")


def section(page, key, language):
    found = next(one for one in texts.text_of(page, language).sections if one.key == key)
    return " ".join((*found.text, *found.points))


def test_no_page_promises_that_the_hotline_blocks_an_account():
    """No page, post or command can do it."""
    room = Path(__file__).parents[2] / "tongban"
    pages = [*room.rglob("jinja2/signin/*.html"), *room.rglob("portal/about/content/*.yaml")]
    assert len(pages) > 30
    for path in pages:
        text = path.read_text()
        assert "停用账号" not in text.replace("不能替您停用账号", ""), path
        assert not re.search(r"(?<!cannot )block (the|an|your) account", text), path


@pytest.mark.parametrize(("language", "hour", "half_year"), [("zh", "1 小时", "180 天"), ("en", "1 hour", "180 days")])
def test_the_privacy_policy_names_the_periods_of_the_code(language, hour, half_year):
    kept = section("privacy", "retention", language)
    assert timedelta(hours=1) == timedelta(seconds=kept_forms.LIVES)
    assert kept_forms.LARGEST == 256 * 1024
    assert timedelta(seconds=known_browsers.COOKIE_MAX_AGE) == rules.LOST_PHONE_LIVES == timedelta(days=180)
    assert "256 KB" in kept
    assert hour in kept
    assert half_year in kept


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "获取验证码的浏览器编号（30 天）"), ("en", "a random name for a browser that asks for codes (30 days)")],
)
def test_the_privacy_policy_names_the_cookie_of_whoever_asks_for_a_code(client, db, language, words):
    answer = client.get("/sign-in/code/")
    assert answer.cookies[visitors.COOKIE]["max-age"] == rules.VISITOR_LIVES.total_seconds()
    assert timedelta(days=30) == rules.VISITOR_LIVES
    assert words in section("privacy", "cookies", language)
