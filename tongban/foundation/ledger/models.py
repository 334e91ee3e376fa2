from django.db import models

from tongban.foundation.crypto.fields import EncryptedTextField
from tongban.foundation.ids import new_id


class Entry(models.Model):
    """One event as it was recorded. Rows are only ever added."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    subject = models.UUIDField()
    actor = models.CharField(max_length=80)
    """A subject's id, or `machine:` and the rule."""
    principal = models.UUIDField(null=True)
    at = models.DateTimeField()
    reason = EncryptedTextField(blank=True, default="")
    payload = models.JSONField(default=dict)

    class Meta:
        db_table = "ledger_entry"
        indexes = [
            models.Index(fields=["subject", "at"], name="entries_of_subject"),
            models.Index(fields=["type", "at"], name="entries_of_type"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"
