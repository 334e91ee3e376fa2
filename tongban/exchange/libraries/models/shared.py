"""Records that departments share by the data standard."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedJSONField


class SharedRecord(models.Model):
    """One version of what a department shares about a subject. Older versions are kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    resource = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    department = models.ForeignKey("organisation.Department", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    content = EncryptedJSONField()
    valid_until = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "libraries_shared_record"
        indexes = [models.Index(fields=["subject_id", "resource"], name="shared_records_of_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "subject_id"],
                condition=models.Q(superseded_at__isnull=True),
                name="one_current_shared_record",
            ),
            models.UniqueConstraint(fields=["resource", "subject_id", "version"], name="one_shared_record_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} v{self.version} of {self.subject_id}"
