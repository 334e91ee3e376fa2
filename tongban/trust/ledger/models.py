"""Tables of the ledger. Except for alarms and witnesses, rows are only ever added."""

from django.db import models

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedTextField


class Entry(models.Model):
    """A recorded event."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    subject = models.UUIDField()
    actor = models.CharField(max_length=80)
    """A subject's id, or `machine:` followed by the name of a rule."""
    principal = models.UUIDField(null=True)
    at = models.DateTimeField()
    reason = EncryptedTextField(blank=True, default="")
    payload = models.JSONField(default=dict)

    class Meta:
        db_table = "ledger_entry"
        indexes = [
            models.Index(fields=["subject", "at"], name="entries_of_subject"),
            models.Index(fields=["type", "at"], name="entries_of_type"),
            models.Index(fields=["actor", "at"], name="entries_of_actor"),
            models.Index(fields=["at", "id"], name="entries_by_time"),
            models.Index(fields=["principal", "-at"], name="entries_of_principal"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Pending(models.Model):
    """An entry that has no position yet. A trigger adds the row and the sequencer deletes it."""

    entry_id = models.UUIDField(primary_key=True)

    class Meta:
        db_table = "ledger_pending"

    def __str__(self) -> str:
        return str(self.entry_id)


class Leaf(models.Model):
    """The position of an entry in the tree, and the hash of its public leaf at that time.

    There is no foreign key: it would lock the entry's row for each position, and whether the entry still exists is
    exactly what the verifier checks.
    """

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_leaf"
        constraints = [models.CheckConstraint(name="leaf_position", condition=models.Q(position__gte=0))]

    def __str__(self) -> str:
        return f"{self.position} {self.entry_id}"


class Node(models.Model):
    """The hash of a complete subtree of 16, 256, 4096 … leaves."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "ledger_node"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Head(models.Model):
    """A signed tree head."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    signature = models.BinaryField()
    key_id = models.CharField(max_length=80)

    class Meta:
        db_table = "ledger_head"
        constraints = [models.CheckConstraint(name="head_of_leaves", condition=models.Q(size__gt=0))]

    def __str__(self) -> str:
        return str(self.size)


class Epoch(models.Model):
    """The public declaration of a restore from a backup (恢复声明)."""

    number = models.PositiveIntegerField(primary_key=True)
    size = models.BigIntegerField()
    """How many leaves of the previous epoch are kept."""
    root = models.BinaryField()
    at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)
    """Not a foreign key: a later restore from an older backup keeps the declaration but loses the entry."""
    backup = models.CharField(max_length=80)
    who = models.CharField(max_length=80)
    """The office that restored the ledger. It is public, so it is stored in clear."""
    reason = models.CharField(max_length=300)
    signature = models.BinaryField()
    key_id = models.CharField(max_length=80)

    class Meta:
        db_table = "ledger_epoch"
        constraints = [
            models.CheckConstraint(name="epoch_is_declared", condition=models.Q(number__gt=1, size__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Witness(models.Model):
    """An outside party that remembers the last head it saw and signs heads that continue it (见证)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=60, unique=True)
    public_key = models.BinaryField()
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_witness"

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """A finding of the ledger checks, open until somebody has explained it (账本告警)."""

    class Kinds(models.TextChoices):
        FROZEN = "frozen", "账本停顿"
        MISMATCH = "mismatch", "核对不符"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kinds.choices)
    finding = models.CharField(max_length=400)
    digest = models.CharField(max_length=64)
    """SM3 of the finding: a finding that occurs again is the same alarm."""
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_alarm"
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(ended_at__isnull=True), name="an_alarm_is_open_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["frozen", "mismatch"]), name="an_alarm_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.finding


class Cosignature(models.Model):
    """A witness's signature of a head."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    witness = models.ForeignKey(Witness, models.PROTECT, related_name="cosignatures")
    head = models.ForeignKey(Head, models.PROTECT, related_name="cosignatures")
    at = models.DateTimeField()
    signature = models.BinaryField()

    class Meta:
        db_table = "ledger_cosignature"
        constraints = [models.UniqueConstraint(fields=["witness", "head"], name="one_cosignature_each")]

    def __str__(self) -> str:
        return f"{self.witness_id} {self.head_id}"
