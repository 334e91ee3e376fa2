"""Who acts (actor) and in whose name (principal): a value that is passed to every service, never a global. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tongban.foundation.announcements.actors import MACHINE, EventActor
from tongban.foundation.errors import NotAllowed
from tongban.people.organisation.rules import PostKind

NOBODY = "这项操作只能由本人或其代理人进行，请登录后再试。"


class Channel(StrEnum):
    """The channel through which somebody acts (办理渠道): online, at a window while present, or by the interface."""

    ONLINE = "online"
    WINDOW = "window"
    API = "api"


CHANNEL_LABELS = {Channel.ONLINE: "网上", Channel.WINDOW: "窗口", Channel.API: "系统接口"}


@dataclass(frozen=True)
class Actor:
    """A signed-in subject, or the platform itself (`machine`).

    `subject_id` is the person who acts. `principal_id` is the subject in whose name they act, which is another one
    when they act for somebody else. `posts` holds an officer's current posts and is empty for a citizen.
    """

    subject_id: UUID | None
    principal_id: UUID | None = None
    posts: tuple["PostHeld", ...] = field(default=())
    machine: str = ""
    channel: str = Channel.ONLINE
    """The channel (办理渠道), e.g. online, or at a window for somebody who is present."""
    right: "Right | None" = None
    """The mandate by which they act. None in their own name, for a legal representative, and for a clerk at a visit."""
    account_id: UUID | None = None
    """The account that acts. None where the platform itself acts, e.g. by a rule or a command."""
    own: bool = True
    """Whether the account is the person's own. An account opened for a post is not, until its holder has proved on it
    who they are."""
    proof: "Proof | None" = field(default=None, compare=False, repr=False)
    """How they proved who they are, as of the request. None where there is no session: for the platform, a command, and
    the programming interface."""

    @property
    def acting_for(self) -> UUID | None:
        """The subject in whose name they act: the principal, otherwise the person who acts. None for the platform."""
        return self.principal_id or self.subject_id

    @property
    def person(self) -> UUID:
        """The person who acts. Raises NotAllowed for the platform itself."""
        if self.subject_id is None:
            raise NotAllowed(NOBODY)
        return self.subject_id

    @property
    def party(self) -> UUID:
        """The subject in whose name they act. Raises NotAllowed for the platform itself."""
        if self.acting_for is None:
            raise NotAllowed(NOBODY)
        return self.acting_for

    @property
    def name_for_record(self) -> str:
        """What an event records: the subject's id, or `machine:` and the name of the rule that acted."""
        return f"{MACHINE}{self.machine}" if self.machine else str(self.subject_id)

    @property
    def mandate_id(self) -> UUID | None:
        """What an event records of the right to act: the id of the mandate."""
        return self.right.mandate_id if self.right else None

    @property
    def is_officer(self) -> bool:
        return bool(self.posts)

    @property
    def acts_as_citizen(self) -> bool:
        """Whether citizens' pages are open: to a person's own account, and at a window for the person present.

        The guards of citizens' pages check this for sessions. For tokens, at the programming interface and from other
        systems, `queries.citizen_of` makes the same check on the account.
        """
        return self.channel == Channel.WINDOW or (self.own and not self.posts)

    def has_post(self, *kinds: str) -> bool:
        """Return whether they hold a post of one of the kinds in any department."""
        return any(post.kind in kinds for post in self.posts)

    def holds(self, department_id: UUID, *kinds: str) -> bool:
        """Return whether they hold a post of one of the kinds (`window`, `handler`, `head` …) at the department."""
        return any(p.department_id == department_id and p.kind in kinds for p in self.posts)


@dataclass(frozen=True)
class Proof:
    """How somebody proved who they are (身份证明), as the sign-in room knows it from the session."""

    strength: int
    """0: not known, 1: one factor, 2: password and a code to the phone, 3: a second factor of their own."""
    uses_factor: bool
    """Whether the account has a second factor, or must have one."""
    second_factor_at: datetime | None = None
    """When they last gave two factors."""
    signed_in_at: datetime | None = None
    network: str = ""
    """The network that the request comes from; never a whole address."""
    device: str = ""
    """Digest of the browser's user agent now."""
    signed_in_device: str = ""
    """Digest of the user agent when the session began; empty where none was recorded."""


@dataclass(frozen=True)
class PostHeld:
    """A post that an officer holds now, as its holder or as a stand-in."""

    post_id: UUID
    department_id: UUID
    kind: str
    division_code: str
    as_stand_in: bool = False


@dataclass(frozen=True)
class Right:
    """The right by which somebody acts for another: a mandate (授权) as it was when it was looked up."""

    mandate_id: UUID
    kind: str
    """`agent`, `family`, `help` or `guardian` (see identity.rules)."""
    reach: str
    """`all`, `themes` or `items`."""
    named: frozenset[str] = frozenset()
    """The themes, or the codes of items and keys of bundles."""
    most: Decimal | None = None
    """The largest amount of one application in yuan; None means no limit."""


def machine(rule: str) -> Actor:
    """Return the platform itself as an actor, acting by a named rule."""
    return Actor(subject_id=None, machine=rule)


def holds_keys(actor: EventActor) -> bool:
    """Return whether the actor is a security administrator. Fills the port by which the room of keys asks."""
    return isinstance(actor, Actor) and actor.has_post(PostKind.SECURITY_ADMIN)
