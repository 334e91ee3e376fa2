"""Check the acceptance conditions (受理条件) of an item. They are prose, so the checks look for words. Pure.

The guide shows the conditions to people who wonder whether they may apply. The conditions must therefore address
everybody who may, must not require a visit where the item needs none, and must be few and short.
"""

import re
from collections.abc import Iterator

from tongban.handling.catalog.schema import Item

FEWEST, MOST = 2, 5
MAX_LENGTH = 60
"""The most characters of one condition, so that it is understood at first reading."""
TO_A_PERSON = re.compile(r"^(?:本人|年满|未满|有本市户)")
TO_A_FIRM = re.compile(r"^(?:企业|单位|公司|建设单位|申请单位|由法定代表人)")
FIRM = re.compile("企业|单位|公司|机构|组织|法人")
PERSON = re.compile("个人|本人|个体工商户|职工")


def objections(item: Item) -> Iterator[tuple[int | None, str]]:
    """Yield (index of the condition, or None for all of them together; a sentence that says what to correct)."""
    if not FEWEST <= len(item.conditions) <= MOST:
        yield None, f"受理条件有 {len(item.conditions)} 条，请写 {FEWEST} 至 {MOST} 条"
    for index, sentence in enumerate(item.conditions):
        if len(sentence) > MAX_LENGTH:
            yield index, f"这一条有 {len(sentence)} 个字，请分成两条，每条不超过 {MAX_LENGTH} 个字"
        if "到场" in sentence and not item.visits:
            yield index, "条件要求到场，但到现场次数是 0，请改其中一处"
    yield from _addressed_wrongly(item)


def _addressed_wrongly(item: Item) -> Iterator[tuple[int | None, str]]:
    if item.serves == ("person",):
        yield from _spoken_to(TO_A_FIRM, item, "服务对象只有个人，这一条说的却是企业和组织，请改正")
    if item.serves == ("organisation",) and not item.by_person:
        yield from _spoken_to(TO_A_PERSON, item, "服务对象只有企业和组织，这一条说的却是个人，请改正")
    if "organisation" in item.serves and not any(FIRM.search(condition) for condition in item.conditions):
        yield None, "服务对象有企业和组织，受理条件里却没有一条说到它们"
    if len(item.serves) > 1 and not any(
        FIRM.search(condition) and PERSON.search(condition) for condition in item.conditions
    ):
        yield None, "个人和企业都能办的事项，要有一条同时写明两种申请人"


def _spoken_to(whom: re.Pattern[str], item: Item, sentence: str) -> Iterator[tuple[int | None, str]]:
    yield from ((index, sentence) for index, condition in enumerate(item.conditions) if whom.search(condition))
