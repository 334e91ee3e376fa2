"""The tables about births, and what families receive for them."""

from django.db import models
from django.db.models import Q

from tongban.exchange.libraries.models.persons import SEXES, Person
from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import (
    EncryptedDateField,
    EncryptedDateTimeField,
    EncryptedDecimalField,
    EncryptedIntegerField,
    EncryptedTextField,
)


class BirthRecord(models.Model):
    """A delivery as reported by the hospital (分娩信息), and its progress to certificate and registration."""

    class Status(models.TextChoices):
        WAITING = "waiting", "待签发出生医学证明"
        CERTIFIED = "certified", "已签发出生医学证明"
        REGISTERED = "registered", "已登记户口"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mother_name = EncryptedTextField()
    mother_number = EncryptedTextField()
    mother_index = models.CharField(max_length=64, db_index=True)
    father_name = EncryptedTextField(blank=True, default="")
    father_number = EncryptedTextField(blank=True, default="")
    father_index = models.CharField(max_length=64, null=True, db_index=True)
    born_at = EncryptedDateTimeField()
    sex = EncryptedTextField(choices=SEXES)
    weight = EncryptedIntegerField()
    """Birth weight in grams."""
    length = EncryptedIntegerField()
    """Birth length in centimetres."""
    weeks = EncryptedIntegerField()
    hospital = EncryptedTextField()
    division_code = EncryptedTextField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    child = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, related_name="birth")
    certificate_number = models.CharField(max_length=12, null=True, unique=True)
    reported_at = models.DateTimeField()
    certified_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "libraries_birth_record"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status="waiting", child__isnull=True, certified_at__isnull=True, certificate_number__isnull=True
                )
                | Q(
                    status__in=["certified", "registered"],
                    child__isnull=False,
                    certified_at__isnull=False,
                    certificate_number__isnull=False,
                ),
                name="a_certified_birth_has_its_child_and_number",
            ),
            models.CheckConstraint(
                condition=Q(status="registered", registered_at__isnull=False)
                | (~Q(status="registered") & Q(registered_at__isnull=True)),
                name="a_registered_birth_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class MedicalBill(models.Model):
    """A medical bill (医疗收费票据), and the amount in yuan that the insurance covers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)
    patient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bills")
    birth = models.ForeignKey(BirthRecord, on_delete=models.PROTECT, null=True, related_name="bills")
    hospital = EncryptedTextField()
    amount = EncryptedDecimalField()
    reimbursable = EncryptedDecimalField()
    issued_on = EncryptedDateField()

    class Meta:
        db_table = "libraries_medical_bill"

    def __str__(self) -> str:
        return self.number


class MaternityReimbursement(models.Model):
    """The reimbursement of the maternity costs of one birth (生育医疗费报销), paid once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    birth = models.OneToOneField(BirthRecord, on_delete=models.PROTECT, related_name="reimbursement")
    number = models.CharField(max_length=20, unique=True)
    amount = EncryptedDecimalField(null=True)
    """In yuan; None if the amount is determined from paper bills."""
    account = EncryptedTextField(blank=True, default="")
    granted_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_maternity_reimbursement"

    def __str__(self) -> str:
        return self.number


class Subsidy(models.Model):
    """The childcare subsidy for one child (育儿补贴)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    birth = models.OneToOneField(BirthRecord, on_delete=models.PROTECT, related_name="subsidy")
    number = models.CharField(max_length=20, unique=True)
    amount_per_year = EncryptedDecimalField()
    account = EncryptedTextField(blank=True, default="")
    granted_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_subsidy"

    def __str__(self) -> str:
        return self.number


class ParentingService(models.Model):
    """A family's registration for parenting guidance (科学育儿指导服务)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    birth = models.OneToOneField(BirthRecord, on_delete=models.PROTECT, related_name="parenting_service")
    number = models.CharField(max_length=20, unique=True)
    phone = EncryptedTextField(blank=True, default="")
    registered_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_parenting_service"

    def __str__(self) -> str:
        return self.number
