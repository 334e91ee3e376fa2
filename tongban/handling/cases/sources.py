"""The source of a known fact, in the words that a draft stores and shows: `数据共享 · 市公安局 · 人口基础信息`."""

SEPARATOR = " · "
_SHARED = "数据共享"


def in_words(source: str) -> str:
    """Return the words for a shared source, which names its department first."""
    return f"{_SHARED}{SEPARATOR}{source}"


def names_in(words: str) -> tuple[str, ...]:
    """Return the names that stored words give: the department and its data, or what else a fact comes from."""
    return tuple(words.removeprefix(f"{_SHARED}{SEPARATOR}").split(SEPARATOR))
