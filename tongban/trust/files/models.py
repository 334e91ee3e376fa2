"""Records of stored files."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedTextField


class StoredFile(models.Model):
    """An uploaded file. Its content is stored encrypted under its keyed digest, once for equal contents."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = EncryptedTextField()
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    """HMAC-SM3 of the content. It is keyed, since a plain digest would reveal that a known document is stored."""
    stored_at = models.DateTimeField()
    stored_by = models.CharField(max_length=80)
    scanned_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    """The malware scanner that found it clean, with the version of its signatures; empty if it was not scanned."""
    scanned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "files_stored_file"

    def __str__(self) -> str:
        return str(self.id)
