"""TELL: what happened to licences. Events hold identifiers only, never the content of a licence."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class LicenceIssued(Event, label="签发证照或文书"):
    """A version of a licence or document was issued. `digest` (SM3) links the ledger to the signed record."""

    type_key: str
    holder_id: UUID
    issuer_id: UUID
    number_version: int
    case_number: str
    digest: str


@dataclass(frozen=True)
class LicenceSuperseded(Event, label="证照被新版本代替"):
    """A newer version (`by`) replaced this one."""

    by: UUID


@dataclass(frozen=True)
class LicenceStatusChanged(Event, label="变更证照状态"):
    """A licence was suspended, resumed, cancelled, revoked …; the event's reason says why."""

    before: str
    after: str


@dataclass(frozen=True)
class LicenceUsed(Event, label="调用电子证照"):
    """A licence was used as a material of an application."""

    case_number: str
    purpose: str


@dataclass(frozen=True)
class LicenceVerified(Event, label="核验电子证照"):
    """Somebody other than the holder verified a licence by its code."""

    channel: str


@dataclass(frozen=True)
class LicenceFileTaken(Event, label="取用证照文件"):
    """The PDF was obtained by somebody other than its holder, or by another system on the holder's behalf."""


@dataclass(frozen=True)
class LicenceRendered(Event, label="生成证照文件"):
    """The PDF was rendered and sealed, which happens once."""

    digest: str
