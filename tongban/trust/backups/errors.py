"""What stops a backup or a restore. Each is one sentence for the operator."""

from tongban.foundation.errors import DomainError


class BackupRefused(DomainError):
    """It cannot be begun, or did not come to its end; nothing that looks whole was left."""

    code = "backup-refused"
    message = "备份没有完成。"


class RestoreRefused(DomainError):
    """Nothing was restored, or what was laid out is marked as unfinished and does not start."""

    code = "restore-refused"
    message = "恢复没有完成。"
