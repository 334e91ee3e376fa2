"""Who may do what (授权判定): one function decides by named policies; what no policy allows is refused. Pure.

A room names its policies in its `policies.py`. A policy lists clauses: of the actor's posts and region, of the thing,
of the moment, of how he proved who he is, of what it is for. All must be met, and the answer keeps each, so that it can
be explained.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tongban.foundation.codes import division_prefix
from tongban.foundation.errors import Invalid, NotAllowed
from tongban.foundation.registry import Registry
from tongban.people.identity.actors import Actor
from tongban.people.identity.purposes import GROUNDS, LONGEST_REASON, SHORTEST_REASON, Purpose


@dataclass(frozen=True)
class Clause:
    """One thing that must hold: in words for the administrator, and for the person what to do when it does not."""

    words: str
    met: bool
    refusal: str = ""
    proof_within: int = 0
    """Not 0: what it asks is a proof of so many minutes at most, which he can give at once."""
    asks_why: bool = False
    """What it asks is the purpose, which he can state at once."""

    @property
    def on_the_spot(self) -> bool:
        """Whether he who lacks it can give it while he acts."""
        return self.asks_why or self.proof_within > 0


@dataclass(frozen=True)
class Asked:
    """The question: may this actor, at this moment, with this thing, for this purpose?"""

    actor: Actor
    at: datetime
    thing: Mapping[str, Any]
    purpose: Purpose | None = None


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

    @property
    def within_reach(self) -> bool:
        """Whether he lacks no right: allowed, or all that is missing is a purpose or a proof, which he gives acting."""
        return bool(self.clauses) and all(clause.met or clause.on_the_spot for clause in self.clauses)

    @property
    def proof_within(self) -> int:
        """How young (in minutes) the proof has to be that is all he lacks; 0 where he lacks more, or nothing."""
        unmet = [clause.proof_within for clause in self.clauses if not clause.met]
        return min(unmet, default=0)


class ProofNeeded(NotAllowed):
    """The act is sensitive: its actor has to prove again, now, that he is who signed in."""

    code = "proof-needed"
    message = "这一步需要再次确认是您本人，请完成二次验证后继续。"

    def __init__(self, minutes: int, factor: bool = True) -> None:
        self.minutes, self.factor = minutes, factor
        super().__init__()


class PurposeNeeded(Invalid):
    """He may, once he says what it is for."""

    code = "purpose-needed"
    message = f"请用 {SHORTEST_REASON} 至 {LONGEST_REASON} 个字写明为什么要用这些信息，事由会记入留痕。"

    def __init__(self) -> None:
        super().__init__(field="reason")


class Refused(NotAllowed):
    """A policy refuses; carries the decision."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(decision.refusal)


book: Registry[Policy] = Registry("policies")


def policy(action: str, words: str, *, privileged: bool = False) -> Callable[[Clauses], Clauses]:
    """Name a policy: `action` is `room.act`, `words` say it in one sentence."""

    def register(clauses: Clauses) -> Clauses:
        book.add(action, Policy(action, words, privileged, clauses))
        return clauses

    return register


def policies() -> list[Policy]:
    """All policies, by their action."""
    return sorted(book, key=lambda known: known.action)


def decide(action: str, actor: Actor | None, *, at: datetime, purpose: Purpose | None = None, **thing: Any) -> Decision:
    """May the actor do this with the thing now? Never raises; an unknown action or nobody signed in is a no."""
    known = book.get(action)
    if known is None:
        return Decision(action, "", True, (Clause(f"没有名为 {action} 的授权规则", False, NotAllowed.message),))
    if actor is None:
        return Decision(action, known.words, known.privileged, (Clause("已登录", False, "请先登录。"),))
    return Decision(action, known.words, known.privileged, tuple(known.clauses(Asked(actor, at, thing, purpose))))


def can(action: str, actor: Actor | None, *, at: datetime, **thing: Any) -> bool:
    """Whether `check` would let it pass, if need be once he has said what for and proved himself again."""
    return decide(action, actor, at=at, **thing).within_reach


def check(action: str, actor: Actor | None, *, at: datetime, purpose: Purpose | None = None, **thing: Any) -> Decision:
    """The decision, or Refused with the sentence for the person.

    Where he lacks no right: PurposeNeeded until he says what it is for, then ProofNeeded until he proves himself.
    """
    decision = decide(action, actor, at=at, purpose=purpose, **thing)
    if decision.allowed:
        return decision
    if not decision.within_reach:
        raise Refused(decision)
    if decision.proof_within:
        raise ProofNeeded(decision.proof_within)
    raise PurposeNeeded


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


def for_purpose(asked: Asked, *grounds: str, case_number: str = "") -> Clause:
    """He says for what: one of the grounds (any where none is named), of this case if one is named, and why."""
    among, purpose = grounds or GROUNDS, asked.purpose
    words = f"写明使用目的：{'或'.join(among)}{f'，办件 {case_number}' if case_number else ''}"
    if purpose is None or not purpose.is_said:
        return Clause(words, False, asks_why=True)
    fits = purpose.ground in among and (not case_number or purpose.case_number == case_number)
    return Clause(
        f"{words}（写的是{purpose.ground}{f'，办件 {purpose.case_number}' if purpose.case_number else ''}）", fits,
        "写明的目的不能用这些信息，请只为正在办的事查看。",
    )  # fmt: skip


def proved(asked: Asked, *, within: int) -> Clause:
    """He proved himself by two factors in the last `within` minutes; asked of who comes by a session only."""
    words, proof = f"{within} 分钟内做过二次验证", asked.actor.proof
    if proof is None:
        return Clause(f"{words}（不在网页上操作的，不问）", True)
    at = proof.second_factor_at
    young = at is not None and asked.at - at <= timedelta(minutes=within)
    return Clause(words, young, "请先完成二次验证。", proof_within=within)


def same_device(asked: Asked) -> Clause:
    """His session is still where he signed in; asked of who comes by a session only."""
    proof = asked.actor.proof
    moved = proof is not None and bool(proof.signed_in_device) and proof.device != proof.signed_in_device
    return Clause("还在登录时的设备上", not moved, "这次登录是在另一台设备或浏览器上开始的，请退出后重新登录再办。")


def covers(place: str, division_code: str) -> bool:
    """Whether a place contains a division."""
    return division_code.startswith(division_prefix(place))
