"""Who may do what (授权判定): one function decides by named policies; what no policy allows is refused. Pure.

A room names its policies in its `policies.py`. A policy lists clauses: of the actor's posts and region, of the thing,
of the moment, of how he proved who he is. All must be met, and the answer keeps each, so that it can be explained.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.foundation.errors import NotAllowed
from tongban.foundation.identity.actors import Actor


@dataclass(frozen=True)
class Clause:
    """One thing that must hold: in words for the administrator, and for the person what to do when it does not."""

    words: str
    met: bool
    refusal: str = ""


@dataclass(frozen=True)
class Asked:
    """The question: may this actor, at this moment, with this thing?"""

    actor: Actor
    at: datetime
    thing: Mapping[str, Any]


Clauses = Callable[[Asked], Iterator[Clause]]


@dataclass(frozen=True)
class Policy:
    """A named policy. What is decided by a privileged one is recorded, granted or refused."""

    action: str
    words: str
    privileged: bool
    clauses: Clauses


@dataclass(frozen=True)
class Decision:
    """The answer, with every clause that was looked at."""

    action: str
    words: str
    privileged: bool
    clauses: tuple[Clause, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """An empty list of clauses allows nothing."""
        return bool(self.clauses) and all(clause.met for clause in self.clauses)

    @property
    def refusal(self) -> str:
        """The sentence of the first clause that is not met."""
        return next((clause.refusal or clause.words for clause in self.clauses if not clause.met), "")


class Refused(NotAllowed):
    """A policy refuses; carries the decision."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(decision.refusal)


_policies: dict[str, Policy] = {}


def policy(action: str, words: str, *, privileged: bool = False) -> Callable[[Clauses], Clauses]:
    """Name a policy: `action` is `room.act`, `words` say it in one sentence."""

    def register(clauses: Clauses) -> Clauses:
        if action in _policies and _policies[action].clauses is not clauses:
            raise ValueError(f"there is a policy for {action} already")
        _policies[action] = Policy(action, words, privileged, clauses)
        return clauses

    return register


def policies() -> list[Policy]:
    """All policies, by their action."""
    return [_policies[action] for action in sorted(_policies)]


def decide(action: str, actor: Actor | None, *, at: datetime, **thing: Any) -> Decision:
    """May the actor do this with the thing now? Never raises; an unknown action or nobody signed in is a no."""
    known = _policies.get(action)
    if known is None:
        return Decision(action, "", True, (Clause(f"没有名为 {action} 的授权规则", False, NotAllowed.message),))
    if actor is None:
        return Decision(action, known.words, known.privileged, (Clause("已登录", False, "请先登录。"),))
    return Decision(action, known.words, known.privileged, tuple(known.clauses(Asked(actor, at, thing))))


def can(action: str, actor: Actor | None, *, at: datetime, **thing: Any) -> bool:
    """Whether `check` would let it pass."""
    return decide(action, actor, at=at, **thing).allowed


def check(action: str, actor: Actor | None, *, at: datetime, **thing: Any) -> Decision:
    """The decision, or Refused with the sentence for the person."""
    decision = decide(action, actor, at=at, **thing)
    if not decision.allowed:
        raise Refused(decision)
    return decision


def holds_post(asked: Asked, departments: Iterable[UUID], *kinds: str, refusal: str = "") -> Clause:
    """He holds a post (of one of the kinds) at one of the departments."""
    among = set(departments)
    met = any(p.department_id in among and (not kinds or p.kind in kinds) for p in asked.actor.posts)
    return Clause(f"在有关部门任职（{'、'.join(kinds) or '任一岗位'}）", met, refusal)


def within_region(asked: Asked, division_code: str, departments: Iterable[UUID]) -> Clause:
    """One of his posts at the departments is of a place that contains the division."""
    among = set(departments)
    met = any(covers(p.division_code, division_code) for p in asked.actor.posts if p.department_id in among)
    return Clause(f"岗位所在区划包含 {division_code or '（未注明）'}", met, "这件事属于其他区划，您不能查看或办理。")


def not_concerned(asked: Asked, subject_id: UUID | None) -> Clause:
    """He is not the one whom it concerns (回避, 公务员法 Art. 76)."""
    return Clause(
        "与办件无利害关系（回避）", asked.actor.subject_id != subject_id, "这是您本人的事，请由其他同事办理。"
    )


def covers(place: str, division_code: str) -> bool:
    """Whether a place (GB/T 2260 and below) contains a division; the city (990100) serves whoever comes to it."""
    return is_city(place) or division_code.startswith(place)


def is_city(division_code: str) -> bool:
    return len(division_code) == 6 and division_code.endswith("00")
