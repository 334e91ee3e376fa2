"""Services for one circumstance only, such as a death: they come after the others unless somebody mentions it. Pure.

公积金怎么取 asks how to withdraw from the housing fund; the withdrawal after a death fits these words best, and is
meant by almost nobody who types them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Circumstance:
    """One circumstance: by what the name of a service shows it, by what a question, and how much it costs."""

    named: re.Pattern[str]
    said: re.Pattern[str]
    share: float
    """The share of its score that a service keeps if the question does not mention it."""


CIRCUMSTANCES = (
    Circumstance(
        re.compile("死亡|身后|遗体|丧葬|遗属|继承"),
        re.compile("死|亡|去世|过世|逝|走了|人没|不在了|后事|身后|白事|丧|遗|火化|火葬|殡|销户|注销|抚恤|继承|烈"),
        0.6,
    ),
    Circumstance(re.compile("残疾"), re.compile("残|瘫|轮椅|助听|假肢|辅助器具|盲|聋|护理"), 0.7),
    Circumstance(
        re.compile("(?<!非企业)单位|(?<!非)企业|法人"),
        re.compile("单位|公司|企业|法人|员工|职工|工厂|厂|店|老板|投标|执照|注销|商|工|职"),
        0.85,
    ),
    Circumstance(
        re.compile("注销|停发|撤销"),
        re.compile("销|停|撤|关|不做|不干|不开|倒闭|结业|死|世|走了|白事|身后|解押|还完|清税"),
        0.8,
    ),
    Circumstance(re.compile("签注|延续|延期|审验"), re.compile("签|续|延|审|年检|到期|期满|换|港|澳|台"), 0.9),
    Circumstance(re.compile("拖拉机|收割机"), re.compile("拖拉机|收割机|农机"), 0.6),
)


def share_of(name: str, readings: Iterable[str]) -> float:
    """Return the share of its score that a service of this official name keeps for a question."""
    said = " ".join(readings)
    shares = [one.share for one in CIRCUMSTANCES if one.named.search(name) and not one.said.search(said)]
    return min(shares, default=1.0)
