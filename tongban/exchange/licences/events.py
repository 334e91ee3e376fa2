"""What the licence room announces. Identifiers only, never what stands on a face."""

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class LicenceIssued(Event, label="签发证照或文书"):
    """A version of a licence or document was issued; `digest` (SM3) ties the ledger to the signed record."""

    type_key: str
    holder_id: UUID
    issuer_id: UUID
    number_version: int
    case_number: str
    digest: str


@dataclass(frozen=True)
class LicenceSuperseded(Event, label="证照被新版本代替"):
    """A newer version took the place of this one."""

    by: UUID


@dataclass(frozen=True)
class LicenceStatusChanged(Event, label="变更证照状态"):
    """Suspended, resumed, cancelled, revoked …; the reason stands in the ledger."""

    before: str
    after: str


@dataclass(frozen=True)
class LicenceUsed(Event, label="调用电子证照"):
    """It met a material of an application."""

    case_number: str
    purpose: str


@dataclass(frozen=True)
class LicenceVerified(Event, label="核验电子证照"):
    """Somebody other than its holder checked it by its code."""

    channel: str


@dataclass(frozen=True)
class LicenceFileTaken(Event, label="取用证照文件"):
    """Its PDF was taken by somebody other than its holder, or by another system for him."""


@dataclass(frozen=True)
class LicenceRendered(Event, label="生成证照文件"):
    """The PDF was made and sealed for the first time."""

    digest: str
