from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.identity.models import Account, Subject
from tongban.trust.crypto.fields import EncryptedTextField


class ApiToken(models.Model):
    """A token (接口令牌) with which another system acts for a subject. Only its digest is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    """SM3 of the token, which is random and cannot be guessed from the digest."""
    label = models.CharField(max_length=60)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    """The account for which it was issued, whose proofs count for the token, and whether it is the person's own. Empty
    for a holder without an account."""
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    """The subject itself, or an organisation that it represents."""
    scopes = ArrayField(models.CharField(max_length=40))
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)

    class Meta:
        db_table = "api_token"

    def __str__(self) -> str:
        return str(self.id)


class IdempotencyKey(models.Model):
    """The answer to a request with an idempotency key. The same request again gets the same answer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bearer = models.UUIDField()
    """The bearer who sent it (`access.Bearer.id`)."""
    key = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "api_idempotency_key"
        constraints = [models.UniqueConstraint(fields=["bearer", "key"], name="one_answer_per_idempotency_key")]

    def __str__(self) -> str:
        return str(self.id)


class AskedFor(models.Model):
    """How many requests somebody made in a window (`allowance`, `guesses`): by bearer or blind index of the address."""

    whose = models.CharField(primary_key=True, max_length=64)
    minute = models.IntegerField(db_index=True)
    """The first minute of the window, counted from 1970."""
    requests = models.PositiveIntegerField()

    class Meta:
        db_table = "api_allowance"

    def __str__(self) -> str:
        return f"{self.requests} by {self.whose}"
