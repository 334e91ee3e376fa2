"""Who acts (actor), and for whom (principal): a value handed to every service, never a global."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from tongban.foundation.announcements.actors import CONSOLE as CONSOLE
from tongban.foundation.announcements.actors import MACHINE, console_rule
from tongban.foundation.announcements.ports import Recorded
from tongban.foundation.errors import NotAllowed
from tongban.people.organisation.rules import PostKind

NOBODY = "这项操作只能由本人或其代理人进行，请登录后再试。"


class Channel(StrEnum):
    """Through which channel somebody acts (办理渠道): online, at a window while present, or by the interface."""

    ONLINE = "online"
    WINDOW = "window"
    API = "api"


CHANNEL_LABELS = {Channel.ONLINE: "网上", Channel.WINDOW: "窗口", Channel.API: "系统接口"}


@dataclass(frozen=True)
class Actor:
    """A signed-in subject, or the machine.

    `subject_id` is the person who acts; `principal_id` the subject in whose name (the same, unless he acts for
    another). `posts` are the officer's current posts; empty for a citizen.
    """

    subject_id: UUID | None
    principal_id: UUID | None = None
    posts: tuple["PostHeld", ...] = field(default=())
    machine: str = ""
    channel: str = Channel.ONLINE
    """Through which channel (办理渠道): online, or at a window for somebody who is present."""
    right: "Right | None" = None
    """The mandate by which he acts for the principal; None for himself, a representative, and a clerk at a visit."""
    account_id: UUID | None = None
    """The account that acts; None where the platform itself acts: the machine, a command, a city's history."""
    own: bool = True
    """Whether the account is the person's own. One that was opened for a post is not, until they proved themselves."""
    prove: "Callable[[], Proof | None] | None" = field(default=None, compare=False, repr=False)
    """Asks the sign-in room how he proved who he is; None for who does not come by a session."""

    @property
    def proof(self) -> "Proof | None":
        """How he proved who he is, as it stands now; None for the machine, a command, and the interface."""
        return self.prove() if self.prove else None

    @property
    def acting_for(self) -> UUID | None:
        """The subject in whose name is acted: the principal, else the actor himself; None for the machine."""
        return self.principal_id or self.subject_id

    @property
    def person(self) -> UUID:
        """The subject who acts. Raises NotAllowed for the platform itself, which is nobody."""
        if self.subject_id is None:
            raise NotAllowed(NOBODY)
        return self.subject_id

    @property
    def party(self) -> UUID:
        """The subject in whose name is acted. Raises NotAllowed for the platform itself."""
        if self.acting_for is None:
            raise NotAllowed(NOBODY)
        return self.acting_for

    @property
    def name_for_record(self) -> str:
        """What an event keeps: a subject's id, or `machine:` and the rule that acted."""
        return f"{MACHINE}{self.machine}" if self.machine else str(self.subject_id)

    @property
    def mandate_id(self) -> UUID | None:
        """What an event keeps of the right to act: the mandate's id, so that the ledger tells by what right."""
        return self.right.mandate_id if self.right else None

    @property
    def is_officer(self) -> bool:
        return bool(self.posts)

    @property
    def acts_as_citizen(self) -> bool:
        """Whether what is a citizen's opens: to an account of one's own, and at a window for whoever is present.

        The guards of citizens' pages ask this of whoever comes by a session. Where a token comes instead, at the
        programming interface and from other systems, `queries.citizen_of` asks it of the account.
        """
        return self.channel == Channel.WINDOW or (self.own and not self.posts)

    def holds(self, department_id: UUID, *kinds: str) -> bool:
        """Whether a post of one of the kinds at the department is held (`window`, `handler`, `head`, `supervisor`)."""
        return any(p.department_id == department_id and p.kind in kinds for p in self.posts)


@dataclass(frozen=True)
class Proof:
    """How somebody proved that it is he (身份证明), as the sign-in room knows it of his session."""

    strength: int
    """0: not known, 1: one factor, 2: password and a code to the phone, 3: a second factor of his own."""
    second_factor_at: datetime | None = None
    """When he last proved himself by two factors."""
    signed_in_at: datetime | None = None
    network: str = ""
    """The network from which he comes now; never a whole address."""
    device: str = ""
    """Digest of what the browser calls itself now."""
    signed_in_device: str = ""
    """The same when the session began; empty where nothing was noted."""


@dataclass(frozen=True)
class PostHeld:
    """One post that an officer holds now, himself or as stand-in."""

    post_id: UUID
    department_id: UUID
    kind: str
    division_code: str
    as_stand_in: bool = False


@dataclass(frozen=True)
class Right:
    """By what right somebody acts for another: a mandate (授权) as it stood when it was asked for."""

    mandate_id: UUID
    kind: str
    """`agent`, `family`, `help` or `guardian` (see identity.rules)."""
    reach: str
    """`all`, `themes` or `items`."""
    named: frozenset[str] = frozenset()
    """The themes, or the codes of items and keys of bundles."""
    most: Decimal | None = None
    """The largest amount in yuan of one application; None: no bound."""


def console(command: str) -> Actor:
    """Who runs a management command: the user of the operating system who is behind it stands in the record."""
    return machine(console_rule(command))


def machine(rule: str) -> Actor:
    """The platform itself, acting by a named rule."""
    return Actor(subject_id=None, machine=rule)


def holds_keys(actor: Recorded) -> bool:
    """Whether somebody looks after the platform's keys: the port of the room of keys."""
    return isinstance(actor, Actor) and any(post.kind == PostKind.SECURITY_ADMIN for post in actor.posts)
