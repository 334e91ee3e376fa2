"""Errors of backup and restore. Each message is written for the operator."""

from tongban.foundation.errors import DomainError


class BackupRefused(DomainError):
    """The backup could not be started or finished. Nothing that looks like a complete backup is left."""

    code = "backup-refused"
    message = "备份没有完成。"


class RestoreRefused(DomainError):
    """Nothing was restored, or the target is marked as unfinished and cannot be started."""

    code = "restore-refused"
    message = "恢复没有完成。"
