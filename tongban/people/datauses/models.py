"""The append-only table of data uses, and people's objections to them."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.actors import CHANNEL_LABELS, Channel
from tongban.trust.crypto.fields import EncryptedTextField


class DataUse(models.Model):
    """One use of one subject's data. Rows are only added. They hold none of the values that were used."""

    class Kinds(models.TextChoices):
        LOOKED_UP = "looked-up", "查询共享数据"
        CASE_OPENED = "case-opened", "打开办件"
        UPLOAD_OPENED = "upload-opened", "查看上传的材料"
        LICENCE_USED = "licence-used", "调用电子证照"
        LICENCE_VERIFIED = "licence-verified", "核验电子证照"
        LICENCE_RENDERED = "licence-rendered", "取用证照文件"
        UNMASKED = "unmasked", "查看完整信息"
        VISIT = "visit", "窗口现场办理"
        EXPORTED = "exported", "通过系统接口取用"
        SEARCHED = "searched", "审计查找"

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
    kind = models.CharField(max_length=16, choices=Kinds.choices)
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
            models.Index(fields=["actor", "-at"], name="uses_by_actor"),
            models.Index(fields=["entry_id"], name="uses_of_entry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "looked-up",
                        "case-opened",
                        "upload-opened",
                        "licence-used",
                        "licence-verified",
                        "licence-rendered",
                        "unmasked",
                        "visit",
                        "exported",
                        "searched",
                    ]
                ),
                name="a_use_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=[one.value for one in Channel]), name="a_use_channel_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"


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
