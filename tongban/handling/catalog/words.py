"""From what a person types to the terms to look for. Pure."""

import re
import unicodedata

_LONG_NUMBER = re.compile(r"\d(?:[\s\-.]?[\dXx]){5,}")
_FILLERS = re.compile(
    "我想要|我想|我要|怎么样|怎么|如何|哪里|在哪|什么|一下|请问|需要|可以|办理|申请|[给帮把的了吗呢啊吧？?，,。！!]"
)


def plain_of(text: str) -> str:
    """What is asked for, in one form: half-width, lower case, without fillers, at most 60 characters."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()[:60]
    return " ".join(_FILLERS.sub(" ", plain).split()) or " ".join(plain.split())


def without_numbers(text: str) -> str:
    """The text with every long number made unreadable: it may be somebody's, also when it is written in groups."""
    plain = unicodedata.normalize("NFKC", text)
    return _LONG_NUMBER.sub(lambda found: "#" * len(found[0]), plain)
