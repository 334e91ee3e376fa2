"""Tables of keys and certificates. Every secret is stored encrypted under the key of the level above."""

from typing import ClassVar

from django.db import models

from tongban.foundation.ids import new_id


class SigningKey(models.Model):
    """An SM2 key pair. The private key is sealed under the data key of the purpose `seal`."""

    key_id = models.CharField(primary_key=True, max_length=80)
    public = models.BinaryField(max_length=65)
    private = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "crypto_signing_key"

    def __str__(self) -> str:
        return self.key_id


class States(models.TextChoices):
    """The life cycle of a key: it seals and opens; it only opens; it no longer exists."""

    ACTIVE = "active", "在用"
    RETIRED = "retired", "停用"
    DESTROYED = "destroyed", "已销毁"


class Key(models.Model):
    """Base of all keys in the hierarchy: an id, a state, and who changed the state when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, choices=States.choices, default=States.ACTIVE)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    retired_at = models.DateTimeField(null=True)
    retired_by = models.CharField(max_length=80, default="")
    destroyed_at = models.DateTimeField(null=True)
    destroyed_by = models.CharField(max_length=80, default="")

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(state="active", retired_at__isnull=True, destroyed_at__isnull=True)
                | models.Q(state="retired", retired_at__isnull=False, destroyed_at__isnull=True)
                | models.Q(state="destroyed", destroyed_at__isnull=False),
                name="%(class)s_state_fits_its_moments",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


def place_of(row: Key) -> bytes:
    """Return the identity of a row, to which its sealed secret is bound."""
    return f"{row._meta.db_table}|{row.pk}".encode()


class MasterKey(Key):
    """A master key that was used here. The key itself is held outside the database (see `masters`)."""

    label = models.BinaryField(max_length=8, unique=True)
    source = models.CharField(max_length=12)

    class Meta(Key.Meta):
        db_table = "crypto_master_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Key.Meta.constraints,
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="active"), name="one_active_master_key"),
        ]


class IdentityRoot(Key):
    """The SM9 master key pair (GB/T 38635) from which department keys are derived; sealed under the master key."""

    public = models.BinaryField()
    sealed = models.BinaryField()

    class Meta(Key.Meta):
        db_table = "crypto_identity_root"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Key.Meta.constraints,
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="active"), name="one_active_identity_root"
            ),
        ]


class DepartmentKey(Key):
    """The key that unwraps the data keys of one owner for one purpose; sealed under the master key.

    With SM9, it is the private key of the identity `owner|purpose|version`; without an SM9 engine, an SM2 key pair.
    """

    class Algorithms(models.TextChoices):
        SM9 = "sm9", "SM9"
        SM2 = "sm2", "SM2"

    owner = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    algorithm = models.CharField(max_length=4, choices=Algorithms.choices)
    root = models.ForeignKey(IdentityRoot, on_delete=models.PROTECT, null=True, related_name="+")
    public = models.BinaryField()
    """The public key that wraps data keys: the root's (SM9) or the pair's (SM2)."""
    sealed = models.BinaryField()
    """Empty once destroyed."""

    class Meta(Key.Meta):
        db_table = "crypto_department_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Key.Meta.constraints,
            models.UniqueConstraint(fields=["purpose", "version"], name="a_department_key_version_once"),
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(state="active"), name="one_active_department_key_per_purpose"
            ),
            models.CheckConstraint(condition=models.Q(algorithm__in=["sm9", "sm2"]), name="a_key_algorithm_is_known"),
        ]

    @property
    def identity(self) -> str:
        return f"{self.owner}|{self.purpose}|{self.version}"


class DataKey(Key):
    """An SM4 key that seals values of one purpose, wrapped for a department key."""

    number = models.PositiveIntegerField(unique=True)
    """The key id in sealed values. It is random, so that no number is used twice after a restore from a backup."""
    purpose = models.CharField(max_length=40)
    department_key = models.ForeignKey(DepartmentKey, on_delete=models.PROTECT, related_name="data_keys")
    wrapped = models.BinaryField()
    """Empty once destroyed."""

    class Meta(Key.Meta):
        db_table = "crypto_data_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Key.Meta.constraints,
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(state="active"), name="one_active_data_key_per_purpose"
            ),
        ]


class IndexKey(Key):
    """A key of blind indexes; its secret is sealed under the master key.

    An active key is used for look-ups. Number 1 is the adopted TONGBAN_INDEX_KEY. It is kept for ever, since the
    ledger's salts and the names of stored files are derived from it (`indexring`).
    """

    number = models.PositiveSmallIntegerField(unique=True)
    sealed = models.BinaryField()
    current_from = models.DateTimeField()
    """When it starts to make new indexes. By then every process must already use it for look-ups."""
    alone_from = models.DateTimeField(null=True)
    """When no row was found under an older key for the first time; reset when one turns up."""
    alone_after = models.BigIntegerField(null=True)
    """A transaction id of that moment. Older transactions may still save a row with an old index."""
    rows = models.PositiveBigIntegerField(null=True)
    """The number of stored indexes that it made, as last counted."""
    counted_at = models.DateTimeField(null=True)

    class Meta(Key.Meta):
        db_table = "crypto_index_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Key.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=0xFFF), name="an_index_key_number_has_three_digits"
            ),
            models.CheckConstraint(
                condition=~models.Q(number=1, state="destroyed"), name="the_first_index_key_is_never_destroyed"
            ),
        ]


class KeyCheck(models.Model):
    """The check value of a configured key, which shows at start whether it is the key of these data.

    Only the owner of the database can write to this table; the application's role may read it.
    """

    name = models.CharField(primary_key=True, max_length=20)
    deployment = models.UUIDField()
    """Generated at the first migration and the same in all rows, so that check values fit one deployment only."""
    value = models.BinaryField(max_length=32)
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "crypto_key_check"

    def __str__(self) -> str:
        return self.name


class KeyUse(models.Model):
    """The number of values in a table that a data key sealed, as last counted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    data_key = models.ForeignKey(DataKey, on_delete=models.CASCADE, related_name="uses")
    table = models.CharField(max_length=63)
    values = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField()
    append_only = models.BooleanField(default=False)
    """Whether the table is append-only. Such a table is never rewritten, so its values stay under their key."""

    class Meta:
        db_table = "crypto_key_use"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["data_key", "table"], name="a_use_of_a_key_once_per_table")
        ]

    def __str__(self) -> str:
        return f"{self.data_key_id} {self.table}"


class Certificate(models.Model):
    """An X.509 certificate of the SM2 key `key_id`, issued by the platform's own authority."""

    class Kinds(models.TextChoices):
        ROOT = "root", "根证书"
        DEPARTMENT = "department", "部门证书"
        SEAL = "seal", "印章证书"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kinds.choices)
    key_id = models.CharField(max_length=80)
    issuer = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="issued")
    serial = models.CharField(max_length=40, unique=True)
    """16 random bytes in hexadecimal, the first bit being zero."""
    subject = models.CharField(max_length=120)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    der = models.BinaryField()
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revocation = models.CharField(max_length=24, default="")
    """The CRL reason (RFC 5280 §5.3.1); empty unless the certificate is revoked."""

    class Meta:
        db_table = "crypto_certificate"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["key_id"], condition=models.Q(revoked_at__isnull=True), name="one_valid_certificate_per_key"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["root", "department", "seal"]), name="a_certificate_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.serial}"
