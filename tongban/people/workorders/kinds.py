"""The kinds of work orders. A room registers its own at start, with how to show the subjects of its orders."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from tongban.foundation.errors import NotFound
from tongban.foundation.registry import Registry
from tongban.people.organisation.rules import PostKind


@dataclass(frozen=True)
class SubjectLink:
    """The subject of an order, as people read it. `href` may be empty."""

    text: str
    href: str = ""


Resolver = Callable[[Iterable[UUID]], Mapping[UUID, SubjectLink]]
"""Resolves several ids at once, so that a list needs one call. Unknown ids are left out."""


@dataclass(frozen=True)
class Kind:
    """One kind of work order."""

    key: str
    name: str
    days: int
    """Working days until the answer is due; counting starts on the next working day."""
    outcomes: Mapping[str, str]
    """The possible outcomes of an answer: key and Chinese label."""
    post_kind: PostKind = PostKind.HANDLER
    """The kind of post at a department that receives the order when no post is named."""
    open_to_all: bool = False
    """Whether everybody may raise it on the page. Other kinds are raised by rooms."""
    hint: str = ""
    resolve: Resolver = field(default=lambda ids: {}, compare=False)

    def label_of_outcome(self, key: str) -> str:
        """Return the Chinese label of a stored outcome, or "" if there is none yet."""
        return self.outcomes.get(key, HANDLED_LABEL) if key else ""


NOT_DONE = Kind(
    key="not-done",
    name="办不成事反映",
    days=5,
    outcomes={"solved": "已解决", "explained": "已说明原因和办法", "elsewhere": "不归本部门，已告知去处"},
    open_to_all=True,
    hint="事情没办成、窗口推诿、材料反复补交，都可以反映",
)
HANDLED, HANDLED_LABEL = "handled", "已办理"
"""The one outcome of an order whose room is no longer installed. Its label stands for every outcome that is unknown."""
UNKNOWN = Kind(key="", name="其他工单", days=5, outcomes={HANDLED: HANDLED_LABEL})
"""What is known of an order whose room is no longer installed. It can still be handled and answered."""
kinds: Registry[Kind] = Registry("kinds of work orders", order=lambda kind: kind.name)


def register_kind(kind: Kind) -> None:
    kinds.add(kind.key, kind)


def kind_of(key: str) -> Kind:
    """Return the kind of a stored order: UNKNOWN with its key if the room that registered it is not installed."""
    return kinds.get(key) or replace(UNKNOWN, key=key)


def kind_to_raise(key: str) -> Kind:
    """Return the kind with a key, to raise an order. Raises NotFound if no room registered it."""
    found = kinds.get(key)
    if found is None:
        raise NotFound("没有这一类工单，请从列表里选择。")
    return found
