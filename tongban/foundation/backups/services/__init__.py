"""DO: make a backup, forget old ones, hold a drill, end a restore."""

from tongban.foundation.backups.errors import BackupRefused, RestoreRefused
from tongban.foundation.backups.services.drilling import examine, hold_drill
from tongban.foundation.backups.services.ending import end_restore
from tongban.foundation.backups.services.exporting import export_keys
from tongban.foundation.backups.services.keeping import forget_old
from tongban.foundation.backups.services.making import make

__all__ = [
    "BackupRefused",
    "RestoreRefused",
    "end_restore",
    "examine",
    "export_keys",
    "forget_old",
    "hold_drill",
    "make",
]
