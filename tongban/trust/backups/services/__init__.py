"""DO: make a backup, remove old ones, export the keys, run a drill, finish a restore."""

from tongban.trust.backups.errors import BackupRefused, RestoreRefused
from tongban.trust.backups.services.drilling import examine, hold_drill
from tongban.trust.backups.services.ending import end_restore
from tongban.trust.backups.services.exporting import export_keys
from tongban.trust.backups.services.keeping import forget_old
from tongban.trust.backups.services.making import make

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
