"""Who may do what (授权判定): one function decides by named policies and refuses what no policy allows. Pure.

A room declares its policies in its `policies.py`. A policy lists clauses about the actor's posts and region, the
target of the act, the moment, how the actor proved who they are, and the purpose. All clauses must be met. The decision
keeps every clause with its result, so that it can be explained.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypedDict, TypeVar
from uuid import UUID

from tongban.foundation.codes import division_prefix
from tongban.foundation.errors import Invalid, NotAllowed
from tongban.foundation.registry import Registry
from tongban.people.identity.actors import Actor
from tongban.people.identity.purposes import GROUNDS, LONGEST_REASON, SHORTEST_REASON, Purpose
from tongban.people.organisation.rules import POST_LABELS, PostKind

Target_co = TypeVar("Target_co", covariant=True)
"""What a policy needs to know of the target of an act: a TypedDict beside the policy."""


@dataclass(frozen=True)
class Clause:
    """One condition in words for the administrator, with the `refusal` for a person who does not meet it."""

    condition: str
    met: bool
    refusal: str = ""
    proof_within: int = 0
    """Not 0: the clause asks for a proof at most this many minutes old, which can be given at once."""
    asks_purpose: bool = False
    """The clause asks for the purpose, which can be stated at once."""

    @property
    def on_the_spot(self) -> bool:
        """Whether somebody who does not meet the clause can meet it while they act."""
        return self.asks_purpose or self.proof_within > 0


class NoTarget(TypedDict):
    """For policies that need to know nothing of a target."""


@dataclass(frozen=True)
class PolicyRequest(Generic[Target_co]):
    """What is to be decided: the actor, the moment, the facts of the target, and the purpose."""

    actor: Actor
    at: datetime
    target: Target_co
    purpose: Purpose | None = None


Clauses = Callable[[PolicyRequest[Any]], Iterator[Clause]]
AnyClauses = TypeVar("AnyClauses", bound=Clauses)


@dataclass(frozen=True)
class Policy:
    """A named policy. Decisions of a privileged one are recorded, whether they allow or refuse."""

    action: str
    words: str
    privileged: bool
    clauses: Clauses


@dataclass(frozen=True)
class Decision:
    """The answer, with every clause that was checked."""

    action: str
    words: str
    privileged: bool
    clauses: tuple[Clause, ...] = field(default=())

    @property
    def allowed(self) -> bool:
        """Whether there are clauses and all of them are met."""
        return bool(self.clauses) and all(clause.met for clause in self.clauses)

    @property
    def refusal(self) -> str:
        """The sentence of the first clause that is not met, or ""."""
        return next((clause.refusal or clause.condition for clause in self.clauses if not clause.met), "")

    @property
    def within_reach(self) -> bool:
        """Whether no right is missing: it is allowed, or only a purpose or a proof is missing."""
        return bool(self.clauses) and all(clause.met or clause.on_the_spot for clause in self.clauses)

    @property
    def proof_within(self) -> int:
        """The age in minutes that a proof may have, where a proof is all that is missing; otherwise 0."""
        unmet = [clause.proof_within for clause in self.clauses if not clause.met]
        return min(unmet, default=0)


class ProofNeeded(NotAllowed):
    """The act is sensitive: the actor has to prove again that they are the person who signed in."""

    code = "proof-needed"
    message = "这一步需要再次确认是您本人，请完成二次验证后继续。"

    def __init__(self, minutes: int, factor: bool = True) -> None:
        self.minutes, self.factor = minutes, factor
        super().__init__()


class PurposeNeeded(Invalid):
    """The actor may do it once they have stated the purpose."""

    code = "purpose-needed"
    message = f"请用 {SHORTEST_REASON} 至 {LONGEST_REASON} 个字写明为什么要用这些信息，事由会记入留痕。"

    def __init__(self) -> None:
        super().__init__(field="reason")


class PolicyRefused(NotAllowed):
    """A policy refuses. Carries the decision."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(decision.refusal)


policies: Registry[Policy] = Registry("policies", order=lambda policy: policy.action)


def policy(action: str, words: str, *, privileged: bool = False) -> Callable[[AnyClauses], AnyClauses]:
    """Register the decorated clauses as a policy: `action` is `room.act`, `words` state it in one sentence."""

    def register(clauses: AnyClauses) -> AnyClauses:
        policies.add(action, Policy(action, words, privileged, clauses))
        return clauses

    return register


def decide(
    action: str, actor: Actor | None, *, at: datetime, purpose: Purpose | None = None, **target: object
) -> Decision:
    """Decide whether the actor may do this with the target, whose facts are those of the policy's TypedDict.

    An unknown action, or no actor, is refused, not raised.
    """
    known = policies.get(action)
    if known is None:
        return Decision(action, "", True, (Clause(f"没有名为 {action} 的授权规则", False, NotAllowed.message),))
    if actor is None:
        return Decision(action, known.words, known.privileged, (Clause("已登录", False, "请先登录。"),))
    return Decision(
        action, known.words, known.privileged, tuple(known.clauses(PolicyRequest(actor, at, target, purpose)))
    )


def can(action: str, actor: Actor | None, *, at: datetime, **target: object) -> bool:
    """Return whether `check` would pass, if necessary after the actor has given a purpose and a proof."""
    return decide(action, actor, at=at, purpose=None, **target).within_reach


def check(
    action: str, actor: Actor | None, *, at: datetime, purpose: Purpose | None = None, **target: object
) -> Decision:
    """Return the decision if it allows the act.

    Raises PolicyRefused, with the sentence for the person, where a right is missing. Otherwise raises PurposeNeeded
    until the purpose is stated, then ProofNeeded until the actor has proved who they are.
    """
    decision = decide(action, actor, at=at, purpose=purpose, **target)
    if decision.allowed:
        return decision
    if not decision.within_reach:
        raise PolicyRefused(decision)
    if decision.proof_within:
        raise ProofNeeded(decision.proof_within)
    raise PurposeNeeded


def holds_post(asked: PolicyRequest[object], departments: Iterable[UUID], *kinds: str, refusal: str = "") -> Clause:
    """The actor holds a post (of one of the kinds) at one of the departments."""
    among = set(departments)
    met = any(p.department_id in among and (not kinds or p.kind in kinds) for p in asked.actor.posts)
    named = "、".join(POST_LABELS[PostKind(kind)] if kind else "无岗位" for kind in kinds)
    return Clause(f"在有关部门任职（{named or '任一岗位'}）", met, refusal)


def within_region(asked: PolicyRequest[object], division_code: str, departments: Iterable[UUID]) -> Clause:
    """One of the actor's posts at the departments belongs to a place that contains the division."""
    among = set(departments)
    met = any(covers(p.division_code, division_code) for p in asked.actor.posts if p.department_id in among)
    return Clause(f"岗位所在区划包含 {division_code or '（未注明）'}", met, "这件事属于其他区划，您不能查看或办理。")


class CityTarget(TypedDict):
    """What policies about matters of the whole city need to know."""

    city: str
    """The division of the whole city."""


def for_the_city(asked: PolicyRequest[CityTarget], *kinds: PostKind, refusal: str) -> Clause:
    """The actor holds a post of one of the kinds for the whole city, not only for a district.

    Any department of the city counts, not only the data bureau: the three kinds of administrators are kept apart, and
    an auditor often belongs to another one. So the post of an administrator at any bureau of the city is one for the
    whole city. Only the operator and system administrators of the city open such posts (`open_post`).
    """
    city = asked.target["city"]
    met = any(p.kind in kinds and covers(p.division_code, city) for p in asked.actor.posts)
    return Clause(f"管辖全市的{'、'.join(POST_LABELS[kind] for kind in kinds)}", met, refusal)


def not_concerned(asked: PolicyRequest[object], subject_id: UUID | None) -> Clause:
    """The matter does not concern the actor personally (回避, 公务员法 Art. 76)."""
    return Clause(
        "与办件无利害关系（回避）", asked.actor.subject_id != subject_id, "这是您本人的事，请由其他同事办理。"
    )


def for_purpose(asked: PolicyRequest[object], *grounds: str, case_number: str = "") -> Clause:
    """The actor has stated the purpose: one of the grounds (any if none is named), the case if named, and why."""
    among, purpose = grounds or GROUNDS, asked.purpose
    words = f"写明使用目的：{'或'.join(among)}{f'，办件 {case_number}' if case_number else ''}"
    if purpose is None or not purpose.is_stated:
        return Clause(words, False, asks_purpose=True)
    fits = purpose.ground in among and (not case_number or purpose.case_number == case_number)
    return Clause(
        f"{words}（写的是{purpose.ground}{f'，办件 {purpose.case_number}' if purpose.case_number else ''}）", fits,
        "写明的目的不能用这些信息，请只为正在办的事查看。",
    )  # fmt: skip


def proved(asked: PolicyRequest[object], *, within: int) -> Clause:
    """The actor gave two factors within the last `within` minutes. Met where there is no session."""
    words, proof = f"{within} 分钟内做过二次验证", asked.actor.proof
    if proof is None:
        return Clause(f"{words}（不在网页上操作的，不问）", True)
    at = proof.second_factor_at
    young = at is not None and asked.at - at <= timedelta(minutes=within)
    return Clause(words, young, "请先完成二次验证。", proof_within=within)


def proved_if_used(asked: PolicyRequest[object], *, within: int) -> Clause:
    """As `proved`, but met where the account neither has a second factor nor must have one."""
    proof = asked.actor.proof
    if proof is not None and not proof.uses_factor:
        return Clause(f"{within} 分钟内做过二次验证（账号没有开通二次验证，不问）", True)
    return proved(asked, within=within)


def same_device(asked: PolicyRequest[object]) -> Clause:
    """The session is still on the device where it began. Met where there is no session."""
    proof = asked.actor.proof
    moved = proof is not None and bool(proof.signed_in_device) and proof.device != proof.signed_in_device
    return Clause("还在登录时的设备上", not moved, "这次登录是在另一台设备或浏览器上开始的，请退出后重新登录再办。")


def covers(place: str, division_code: str) -> bool:
    """Return whether the division with code `place` contains the other one."""
    return division_code.startswith(division_prefix(place))
