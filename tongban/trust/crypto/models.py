from typing import ClassVar

from django.db import models

from tongban.foundation.ids import new_id


class SigningKey(models.Model):
    """An SM2 key pair by its key id; the private key is sealed under the data key of `seal`."""

    key_id = models.CharField(primary_key=True, max_length=80)
    public = models.BinaryField(max_length=65)
    private = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "crypto_signing_key"

    def __str__(self) -> str:
        return self.key_id


class States(models.TextChoices):
    """The life of a key: it seals and opens; it opens only; it is gone."""

    ACTIVE = "active", "在用"
    RETIRED = "retired", "停用"
    DESTROYED = "destroyed", "已销毁"


class Key(models.Model):
    """What all keys of the hierarchy have: an id, a state, who changed it and when."""

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
    """To which row a secret of the hierarchy is bound."""
    return f"{row._meta.db_table}|{row.pk}".encode()


class MasterKey(Key):
    """A master key as it was first used here; the key itself lies in its keeper (see `masters`)."""

    label = models.BinaryField(max_length=8, unique=True)
    source = models.CharField(max_length=12)

    class Meta(Key.Meta):
        db_table = "crypto_master_key"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *Key.Meta.constraints,
            models.UniqueConstraint(fields=["state"], condition=models.Q(state="active"), name="one_active_master_key"),
        ]


class IdentityRoot(Key):
    """The SM9 master key pair from which department keys are extracted; its secret is sealed under the master key."""

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

    SM9: the private key of the identity `owner|purpose|version`. SM2, where there is no SM9 engine: a key pair.
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
    """What wraps: the root's public key (SM9) or the pair's (SM2)."""
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
    """An SM4 key that seals values of one purpose, wrapped for its department key."""

    number = models.PositiveIntegerField(unique=True)
    """The key id inside sealed values: random, so that a restored backup never gives one number to two keys."""
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

    While it is active, look-ups ask under it. Number 1 is TONGBAN_INDEX_KEY, taken in; it stays for ever, since the
    ledger's salts and the addresses of files are derived from it (`indexring`).
    """

    number = models.PositiveSmallIntegerField(unique=True)
    sealed = models.BinaryField()
    current_from = models.DateTimeField()
    """From this moment on it makes new indexes: later than its making, so that every process looks up by it first."""
    alone_from = models.DateTimeField(null=True)
    """When it was first seen that no row lies under an older key; empty again when one turns up."""
    alone_after = models.BigIntegerField(null=True)
    """A transaction id of that moment: one before it may still save a row that it read before."""
    rows = models.PositiveBigIntegerField(null=True)
    """How many indexes it made lie in the tables, as last counted."""
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
    """The check value of a key from outside: tells whether a start has the key that these data were written with.

    Only the owner of the database writes here; the application's role may read.
    """

    name = models.CharField(primary_key=True, max_length=20)
    deployment = models.UUIDField()
    """The same in all rows, made at the first migration: a check value of another deployment never fits."""
    value = models.BinaryField(max_length=32)
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "crypto_key_check"

    def __str__(self) -> str:
        return self.name


class KeyUse(models.Model):
    """How many values of a table a data key sealed, as last counted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    data_key = models.ForeignKey(DataKey, on_delete=models.CASCADE, related_name="uses")
    table = models.CharField(max_length=63)
    values = models.PositiveBigIntegerField()
    counted_at = models.DateTimeField()
    append_only = models.BooleanField(default=False)
    """Such a table is never rewritten: its values stay under their key."""

    class Meta:
        db_table = "crypto_key_use"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["data_key", "table"], name="a_use_of_a_key_once_per_table")
        ]

    def __str__(self) -> str:
        return f"{self.data_key_id} {self.table}"


class Certificate(models.Model):
    """An X.509 certificate over the SM2 key `key_id`, issued by the platform's own authority."""

    class Kinds(models.TextChoices):
        ROOT = "root", "根证书"
        DEPARTMENT = "department", "部门证书"
        SEAL = "seal", "印章证书"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=Kinds.choices)
    key_id = models.CharField(max_length=80)
    issuer = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="issued")
    serial = models.CharField(max_length=40, unique=True)
    """Hexadecimal, 16 random bytes with the first bit clear."""
    subject = models.CharField(max_length=120)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    der = models.BinaryField()
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revocation = models.CharField(max_length=24, default="")
    """The CRL reason of RFC 5280 §5.3.1, empty while it is valid."""

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
