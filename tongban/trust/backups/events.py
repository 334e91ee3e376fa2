"""TELL: events of backups. A restore is announced by `ledger.EpochOpened`."""

from dataclasses import dataclass

from tongban.foundation.announcements.events import Event


@dataclass(frozen=True)
class BackupMade(Event, label="完成备份", administrative=True):
    """A backup was completed; `kind` is full or incremental."""

    backup: str
    kind: str


@dataclass(frozen=True)
class KeysExported(Event, label="导出密钥包", administrative=True):
    """All secrets of the platform were exported, sealed for the escrow whose public key has this SM3."""

    escrow: str


@dataclass(frozen=True)
class BackupForgotten(Event, label="清除旧备份", administrative=True):
    """A backup was removed because enough newer ones are kept."""

    backup: str


@dataclass(frozen=True)
class DrillHeld(Event, label="恢复演练", administrative=True):
    """A backup was restored into a scratch folder and examined."""

    backup: str
    good: bool
    seconds: int
