"""The tables of medical insurance and social security cards."""

from datetime import date

from django.db import models

from tongban.exchange.libraries.models.persons import Person
from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedDecimalField, EncryptedTextField


class InsuranceEnrolment(models.Model):
    """A person's enrolment in the residents' or employees' medical insurance (参保登记)."""

    class Kinds(models.TextChoices):
        RESIDENT = "resident", "城乡居民基本医疗保险"
        EMPLOYEE = "employee", "职工基本医疗保险"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    kind = models.CharField(max_length=10, choices=Kinds.choices)
    number = models.CharField(max_length=20, unique=True)
    enrolled_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    """The first day without this insurance (停保), or None while it lasts."""

    class Meta:
        db_table = "libraries_insurance_enrolment"
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_enrolment_per_person_and_kind"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["resident", "employee"]), name="an_enrolment_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def lasts_on(self, day: date) -> bool:
        """Return whether the insurance has not ended on that day. It may begin later."""
        return self.ended_on is None or self.ended_on > day


class PremiumPayment(models.Model):
    """The premium for one year (医保费缴纳), in yuan."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(InsuranceEnrolment, on_delete=models.PROTECT, related_name="payments")
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=20, unique=True)
    amount = EncryptedDecimalField()
    paid_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_premium_payment"
        constraints = [models.UniqueConstraint(fields=["enrolment", "year"], name="one_premium_per_year")]

    def __str__(self) -> str:
        return self.number


class SocialCard(models.Model):
    """A person's social security card (社会保障卡)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="social_card")
    number = EncryptedTextField()
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_social_card"

    def __str__(self) -> str:
        return str(self.id)
