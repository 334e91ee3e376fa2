"""The library of legal persons."""

from django.db import models

from tongban.exchange.libraries.models.persons import Person
from tongban.trust.crypto.fields import EncryptedTextField


class Enterprise(models.Model):
    """An enterprise in the library of legal persons (法人库). Its id is that of the subject in identity."""

    id = models.UUIDField(primary_key=True, editable=False)
    name = models.CharField(max_length=100)
    uscc = models.CharField(max_length=18, unique=True)
    kind = models.CharField(max_length=40)
    legal_representative = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enterprises")
    industry = models.CharField(max_length=40)
    capital = models.CharField(max_length=40)
    scope = models.TextField()
    address = EncryptedTextField()
    division_code = models.CharField(max_length=12, db_index=True)
    established_on = models.DateField()
    closed_on = models.DateField(null=True)

    class Meta:
        db_table = "libraries_enterprise"

    def __str__(self) -> str:
        return self.name
