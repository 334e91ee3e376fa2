"""The population library: persons, households, marriages and vaccination files; and number series."""

from django.db import models
from django.db.models import Q

from tongban.foundation.ids import new_id
from tongban.trust.crypto.fields import EncryptedDateField, EncryptedTextField

SEXES = [("male", "男"), ("female", "女")]


class Household(models.Model):
    """A registered household (户)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=12, unique=True)
    head = models.ForeignKey("Person", on_delete=models.PROTECT, null=True, related_name="+")
    address = EncryptedTextField()
    division_code = EncryptedTextField()
    founded_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_household"

    def __str__(self) -> str:
        return self.number


class Person(models.Model):
    """A person in the population library (人口库). Its id is that of the subject in identity."""

    id = models.UUIDField(primary_key=True, editable=False)
    name = EncryptedTextField()
    surname = EncryptedTextField(null=True)
    """As recorded: chosen at birth, or as an earlier register had it. Empty where the name has no separate surname."""
    number = EncryptedTextField(blank=True, default="")
    number_index = models.CharField(max_length=64, null=True, unique=True)
    sex = EncryptedTextField(choices=SEXES)
    born = EncryptedDateField()
    division_code = EncryptedTextField()
    address = EncryptedTextField(blank=True, default="")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="members")
    role_in_household = EncryptedTextField(blank=True, default="")
    """Relation to the head (GB/T 4761), in words: 户主, 配偶, 子, 女 …"""
    died_on = EncryptedDateField(null=True)

    class Meta:
        db_table = "libraries_person"

    def __str__(self) -> str:
        return str(self.id)


class Marriage(models.Model):
    """A registered marriage (婚姻登记)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=24, unique=True)
    husband = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marriages_as_husband")
    wife = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marriages_as_wife")
    registered_on = EncryptedDateField()
    ended_on = EncryptedDateField(null=True)

    class Meta:
        db_table = "libraries_marriage"
        constraints = [
            models.UniqueConstraint(
                fields=["husband"], condition=Q(ended_on__isnull=True), name="one_marriage_per_husband"
            ),
            models.UniqueConstraint(fields=["wife"], condition=Q(ended_on__isnull=True), name="one_marriage_per_wife"),
        ]

    def __str__(self) -> str:
        return self.number


class Vaccination(models.Model):
    """A child's vaccination file (预防接种档案)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="vaccination")
    number = models.CharField(max_length=20, unique=True)
    clinic = EncryptedTextField()
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "libraries_vaccination"

    def __str__(self) -> str:
        return self.number


class NumberSeries(models.Model):
    """The last serial number used in a series."""

    key = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "libraries_number_series"

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"
