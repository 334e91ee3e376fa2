from django.db import models

from tongban.foundation.crypto.fields import EncryptedTextField
from tongban.foundation.identity.models import Account, Subject
from tongban.foundation.ids import new_id


class Attempts(models.Model):
    """Tries at one secret, or from one address, that failed or may still fail; all web processes count together."""

    key = models.CharField(primary_key=True, max_length=64)
    """A keyed digest: an address is personal data."""
    failures = models.PositiveIntegerField()
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_attempts"

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """A code that was sent to a phone (短信验证码), or seemingly so: an unknown phone gets a row and no message."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=20)
    phone_index = models.CharField(max_length=64)
    address_index = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    known = models.BooleanField(default=False, db_default=False)
    """Asked for by a browser that the account knows: what strangers ask for does not count against it."""

    class Meta:
        db_table = "signin_code"
        indexes = [
            models.Index(fields=["phone_index", "sent_at"], name="signin_code_by_phone"),
            models.Index(fields=["address_index", "sent_at"], name="signin_code_by_address"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """A short message on its way to a phone. Its text is emptied once a real gateway has taken it."""

    class States(models.TextChoices):
        WAITING = "waiting", "等待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "未能发送"
        HELD = "held", "不发送"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = EncryptedTextField()
    text = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=8, choices=States.choices, default=States.WAITING)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    receipt = models.CharField(max_length=80, blank=True, default="")
    """What the gateway calls it."""

    class Meta:
        db_table = "signin_message"
        indexes = [models.Index(fields=["state", "-queued_at"], name="signin_message_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "sent", "failed", "held"]), name="a_message_state_is_known"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Proof(models.Model):
    """Evidence (实名核验) that the subject is who he says: it gives a level until it ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    adapter = models.CharField(max_length=60, blank=True, default="")
    """Which adapter or whose act it came by, e.g. `libraries.population` or a clerk's subject id."""
    reference = models.CharField(max_length=80, blank=True, default="")
    """The opaque number under which the other side can find it; never personal data."""
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "signin_proof"
        indexes = [models.Index(fields=["subject", "-level"], name="signin_proof_of_subject")]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__lte=3), name="a_level_is_at_most_three"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("at")),
                name="a_proof_ends_after_it_is_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"
