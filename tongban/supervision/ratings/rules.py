"""Levels, tags and time limits of ratings (GB/T 39734-2020 一事一评; levels of GB/T 39046-2020 A.8). Pure."""

from datetime import datetime, timedelta

from tongban.foundation.errors import Conflict, Invalid

LEVELS = {1: "非常满意", 2: "满意", 3: "基本满意", 4: "不满意", 5: "非常不满意"}
"""Codes run from good to bad, as in the standard; 4 and 5 are bad ratings (差评)."""
BAD = frozenset({4, 5})
GOOD_TAGS = ("办得快", "材料少", "页面好懂", "不用跑腿", "进度看得清")
BAD_TAGS = (
    "没有一次说清",
    "要求重复提交材料",
    "超过时限",
    "服务态度差",
    "指南与实际不符",
    "系统不好用",
    "多次跑动",
)
WINDOW_DAYS = 30
"""Days after closing in which an application may be rated. A local policy, not part of the standard."""
MAX_COMMENT_LENGTH = 500
"""Characters that the words of a rating may have."""
NO_LEVEL = "请选择一个满意程度；不想评价可以不评。"
NO_ADDITION = "请写下要追加的内容。"
"""What people read who leave out what is needed. The forms and the services say the same."""


def tags_of(level: int) -> tuple[str, ...]:
    """Return the tags that may be chosen with a level."""
    return BAD_TAGS if level in BAD else GOOD_TAGS


def check_rating(level: int, tags: list[str], words: str) -> None:
    """Check a rating.

    Raises Invalid, which names the field, for an unknown level, a tag that does not go with the level, or words longer
    than MAX_COMMENT_LENGTH.
    """
    if level not in LEVELS:
        raise Invalid(NO_LEVEL, field="level")
    if strange := set(tags) - set(tags_of(level)):
        raise Invalid(f"“{'、'.join(sorted(strange))}”和所选的满意程度不配，请重新勾选。", field="tags")
    check_words(words)


def check_words(words: str) -> None:
    """Raise Invalid if the words are longer than MAX_COMMENT_LENGTH."""
    if len(words) > MAX_COMMENT_LENGTH:
        too_many = len(words) - MAX_COMMENT_LENGTH
        raise Invalid(f"意见最多 {MAX_COMMENT_LENGTH} 个字，请删去 {too_many} 个字。", field="words")


def last_moment(closed_at: datetime) -> datetime:
    """Return the last moment at which an application that was closed then may be rated."""
    return closed_at + timedelta(days=WINDOW_DAYS)


def check_open(closed_at: datetime | None, at: datetime, *, hotline: str) -> None:
    """Raise Conflict unless the application is closed, and was closed at most WINDOW_DAYS before `at`.

    `hotline` is the number that the refusal names.
    """
    if closed_at is None:
        raise Conflict("全部办完以后才能评价，请先看看进度。")
    if at > last_moment(closed_at):
        raise Conflict(f"办结已超过 {WINDOW_DAYS} 天，不能再评价。有意见可以拨打 {hotline}。")
