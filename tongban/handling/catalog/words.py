"""From what a person types to the terms to look for. Pure."""

import re
import unicodedata

_FILLERS = re.compile(
    "我想要|我想|我要|怎么样|怎么|如何|哪里|在哪|什么|一下|请问|需要|可以|办理|申请|[给帮把的了吗呢啊吧？?，,。！!]"
)


def terms_of(text: str) -> list[str]:
    """The words between spaces and fillers; a long run of Chinese is cut into pairs so that part of it may match."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()[:60]
    words = [w for w in re.split(r"\s+", _FILLERS.sub(" ", plain)) if w] or plain.split()
    terms: list[str] = []
    for word in words:
        if len(word) > 3 and not word.isascii():
            terms += [word, *(word[i : i + 2] for i in range(len(word) - 1))]
        else:
            terms.append(word)
    return list(dict.fromkeys(terms))[:20]
