"""The texts of the pages in Chinese and English, from YAML files in `content/`. Names and numbers are the city's."""

from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict

from tongban.foundation.city import city
from tongban.handling.catalog.queries import main_address
from tongban.people.workorders.kinds import kind_of

FOLDER = Path(__file__).parent / "content"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""The languages, and their codes in HTML."""
PRIVACY_VERSION = "2026-11-30"
"""The day of the privacy policy. Change it whenever its text changes."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Link(_Part):
    """A link, shown only if the room of its page is installed."""

    text: str
    to: str
    """A name of `hrefs` in the template."""


class Section(_Part):
    """A section of a page; `key` is its anchor, the same in all languages."""

    key: str
    title: str
    text: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


class Text(_Part):
    """The text of a page."""

    title: str
    lede: str
    sections: tuple[Section, ...]


@cache
def text_of(page: str, language: str) -> Text:
    """Return the text of a page (`help`, `privacy`, `accessibility`) in a language of LANGUAGES."""
    words = (FOLDER / f"{page}.{language}.yaml").read_text(encoding="utf-8")
    for name, value in _names(language).items():
        words = words.replace(f"{{{name}}}", value)
    return Text.model_validate(yaml.safe_load(words))


def _names(language: str) -> dict[str, str]:
    here, english = city(), language == "en"
    numbers = list(dict.fromkeys((here.hotline, here.privacy_contact)))
    contact = (", " if english else "、").join(numbers)
    if address := main_address():
        in_person = "; in person or by post: {}, {}" if english else "；来访、来信：{}，{}收"
        contact += in_person.format(address, here.operator)
    return {
        "city": here.name,
        "portal": here.portal,
        "host": here.host,
        "operator": here.operator,
        "government": here.government,
        "hotline": here.hotline,
        "contact": contact,
        "answer_days": str(kind_of("not-done").days),
        "privacy_days": str(kind_of("data-use-objection").days),
        "version": PRIVACY_VERSION,
        "draft_days": str(settings.DRAFT_DAYS),
    }
