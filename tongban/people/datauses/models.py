"""The append-only table of data uses, and people's objections to them."""

from django.db import models
from django.db.models import Q

from tongban.foundation.ids import new_id
from tongban.people.datauses.kinds import label_of
from tongban.people.identity.actors import CHANNEL_LABELS, Channel
from tongban.trust.crypto.fields import EncryptedTextField


class DataUse(models.Model):
    """One use of one subject's data. Rows are only added. They hold none of the values that were used."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_id = models.UUIDField()
    """The subject whose data was used."""
    actor = models.CharField(max_length=80)
    """Who used it: a subject's id, or `machine:` and the name of the rule."""
    principal_id = models.UUIDField(null=True)
    department_id = models.UUIDField(null=True)
    """The department for which an officer or the platform used it."""
    channel = models.CharField(max_length=10, choices=[(one.value, label) for one, label in CHANNEL_LABELS.items()])
    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    """A kind that a room has registered (see `kinds`)."""
    source = models.CharField(max_length=120, blank=True)
    """The source in words, e.g. 市公安局 · 人口基础信息, or the name of a licence."""
    fields = models.JSONField(default=list)
    """The fields, in Chinese words; empty where nothing was found."""
    case_number = models.CharField(max_length=22, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    occasion = models.UUIDField(null=True)
    """The application, case or licence that it belongs to. The same use on one occasion is recorded once."""
    entry_id = models.UUIDField()
    """The entry of the ledger that proves the use."""

    class Meta:
        db_table = "datauses_use"
        indexes = [
            models.Index(fields=["subject_id", "-at", "-id"], name="uses_of_subject"),
            models.Index(
                fields=["occasion", "actor", "at"], name="uses_on_occasion", condition=Q(occasion__isnull=False)
            ),
            models.Index(fields=["entry_id"], name="uses_of_entry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=[one.value for one in Channel]), name="a_use_channel_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"

    @property
    def kind_label(self) -> str:
        return label_of(self.kind)


class Objection(models.Model):
    """A person's objection to a use of their data (数据使用异议). Its work order holds the result."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    use = models.OneToOneField(DataUse, on_delete=models.PROTECT, related_name="objection")
    text = EncryptedTextField()
    made_by = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "datauses_objection"

    def __str__(self) -> str:
        return f"to {self.use_id}"
