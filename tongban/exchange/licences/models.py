"""The tables of licence types, licences (one row for each version) and their documents."""

import secrets

from django.db import models
from django.db.models import Q

from tongban.exchange.licences.rules import STATUS_LABELS, Status
from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedJSONField, EncryptedTextField

STATES = [(status.value, STATUS_LABELS[status]) for status in Status]


def new_salt() -> str:
    """Return 256 random bits, which only the record and the document contain."""
    return secrets.token_urlsafe(32)


def new_verify_code() -> str:
    """Return a random code of 43 characters for the QR code. It reveals nothing and cannot be guessed."""
    return secrets.token_urlsafe(32)


class LicenceType(models.Model):
    """A type of licence (证照) or other result document, defined by a department."""

    class Kinds(models.TextChoices):
        LICENCE = "licence", "证照"
        DOCUMENT = "document", "结果文书"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kinds.choices)
    definer = models.ForeignKey("organisation.Department", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=21, unique=True)
    single = models.BooleanField(default=False)
    number_rule = models.CharField(max_length=10, default="holder")
    sort = models.PositiveSmallIntegerField(default=500)

    class Meta:
        ordering = ["sort", "key"]
        constraints = [
            models.CheckConstraint(name="licence_type_code_21", condition=Q(code__regex=r"^[0-9A-Z]{21}$")),
            models.CheckConstraint(name="licence_type_kind", condition=Q(kind__in=["licence", "document"])),
        ]

    def __str__(self) -> str:
        return self.name


class Licence(models.Model):
    """One version of an electronic licence or document. Only its status ever changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    type = models.ForeignKey(LicenceType, on_delete=models.PROTECT, related_name="licences")
    issuer = models.ForeignKey("organisation.Department", on_delete=models.PROTECT, related_name="+")
    holder_id = models.UUIDField(db_index=True)
    keeper_id = models.UUIDField(null=True, blank=True, db_index=True)
    holder_name = EncryptedTextField()
    holder_number = EncryptedTextField(blank=True)
    holder_number_index = models.CharField(max_length=64, blank=True, db_index=True)
    number = EncryptedTextField()
    number_index = models.CharField(max_length=64)
    identifier = EncryptedTextField()
    identifier_index = models.CharField(max_length=64, unique=True)
    serial = EncryptedTextField()
    version = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=STATES, default=Status.VALID)
    status_changed_at = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    surface = EncryptedJSONField(default=dict)
    case_number = models.CharField(max_length=30, blank=True)
    item_code = models.CharField(max_length=20, blank=True)
    automatic = models.BooleanField(default=False)
    key_id = models.CharField(max_length=80)
    salt = EncryptedTextField(null=True)
    """256 secret bits in the record and in the document's metadata.

    They prevent anybody from checking a guess of the record's content by its digest or signature. Older licences have
    none and rely on their secret verify code.
    """
    digest = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=80)
    verify_code = EncryptedTextField(default=new_verify_code)
    verify_code_index = models.CharField(max_length=64, unique=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="licence_version_once", fields=["type", "number_index", "version"]),
            models.UniqueConstraint(
                name="licence_one_valid_version", fields=["type", "number_index"], condition=Q(status="valid")
            ),
            models.UniqueConstraint(
                name="licence_once_per_case", fields=["case_number", "type"], condition=~Q(case_number="")
            ),
            models.CheckConstraint(name="licence_status_known", condition=Q(status__in=[s.value for s in Status])),
            models.CheckConstraint(name="licence_version_range", condition=Q(version__gte=1, version__lte=999)),
            models.CheckConstraint(
                name="licence_superseded_not_valid", condition=Q(superseded_by=None) | ~Q(status="valid")
            ),
        ]
        indexes = [
            models.Index(name="licence_holder_type", fields=["holder_id", "type", "status"]),
            models.Index(name="licence_case", fields=["case_number"]),
        ]

    def __str__(self) -> str:
        return str(self.id)


class RenderedDocument(models.Model):
    """The PDF of a licence: rendered on first demand, sealed, and never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    licence = models.OneToOneField(Licence, on_delete=models.PROTECT, related_name="document")
    file_id = models.UUIDField()
    digest = EncryptedTextField()
    """The SM3 digest of the file in hexadecimal, encrypted, since it would otherwise let people test guessed files."""
    digest_index = models.CharField(max_length=64, unique=True)
    key_id = models.CharField(max_length=80)
    signature = models.BinaryField(max_length=80)
    rendered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.licence_id}.pdf"
