"""Records of backups and drills."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedTextField


class Backup(models.Model):
    """A completed backup (备份). The manifest in its folder has the details."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    label = models.CharField(max_length=40, unique=True)
    """The name of its folder."""
    kind = models.CharField(max_length=12, choices=[("full", "全量"), ("incremental", "增量")])
    parent = models.CharField(max_length=40, blank=True, default="")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    place = models.CharField(max_length=300)
    size = models.BigIntegerField()
    """Total size of its own parts in bytes."""
    file_count = models.PositiveIntegerField()
    ledger_size = models.BigIntegerField()
    key = EncryptedTextField()
    """The key of its parts in hexadecimal, for drills. In the manifest, the key is encrypted for the escrow."""
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "backups_backup"
        indexes = [models.Index(fields=["-began_at"], name="backups_by_time")]
        constraints = [
            models.CheckConstraint(name="backup_kind", condition=models.Q(kind__in=["full", "incremental"])),
            models.CheckConstraint(name="backup_ends", condition=models.Q(ended_at__gte=models.F("began_at"))),
        ]

    def __str__(self) -> str:
        return self.label


class Drill(models.Model):
    """A test restore of a backup into a scratch folder (恢复演练). Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    backup = models.CharField(max_length=40)
    at = models.DateTimeField()
    seconds = models.FloatField()
    good = models.BooleanField()
    findings = models.JSONField(default=list)
    """One sentence for each problem, without personal data."""

    class Meta:
        db_table = "backups_drill"
        indexes = [models.Index(fields=["-at"], name="drills_by_time")]

    def __str__(self) -> str:
        return f"{self.backup} {self.at:%Y-%m-%d}"
