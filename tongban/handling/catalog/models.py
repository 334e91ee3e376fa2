"""The tables of the catalogue: every published version, which of them is in force, and what people searched for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongban.foundation.ids import new_id
from tongban.people.organisation.models import Department
from tongban.trust.crypto.fields import EncryptedTextField


class ItemVersion(models.Model):
    """A published version of an item. Append-only: a case keeps the version that it was submitted with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    content_hash = models.CharField(max_length=64)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    field = models.CharField(max_length=3)
    serves = ArrayField(models.CharField(max_length=12))
    themes = ArrayField(models.CharField(max_length=20), default=list)
    groups = ArrayField(models.CharField(max_length=20), default=list)
    life_event = models.CharField(max_length=10, blank=True)
    instant = models.BooleanField()
    cross_region = models.BooleanField()
    authored = models.BooleanField()
    search_text = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "catalog_item_version"
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="an_item_version_once")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class BundleVersion(models.Model):
    """A published version of a bundle (一件事). Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    spec = models.JSONField()
    content_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    serves = ArrayField(models.CharField(max_length=12))
    life_event = models.CharField(max_length=10, blank=True)
    authored = models.BooleanField()
    item_codes = ArrayField(models.CharField(max_length=20), default=list)
    search_text = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "catalog_bundle_version"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="a_bundle_version_once")]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class CurrentItem(models.Model):
    """The version of an item that is in force. A withdrawn item has no row."""

    code = models.CharField(max_length=20, primary_key=True)
    version = models.OneToOneField(ItemVersion, on_delete=models.PROTECT, related_name="current")

    class Meta:
        db_table = "catalog_current_item"

    def __str__(self) -> str:
        return self.code


class CurrentBundle(models.Model):
    """The version of a bundle that is in force."""

    key = models.CharField(max_length=60, primary_key=True)
    version = models.OneToOneField(BundleVersion, on_delete=models.PROTECT, related_name="current")

    class Meta:
        db_table = "catalog_current_bundle"

    def __str__(self) -> str:
        return self.key


class SearchQuery(models.Model):
    """A search (搜索词), kept to find out what the catalogue lacks.

    It is not linked to anybody, and long numbers are masked. It is encrypted, since people also type names and
    addresses.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = EncryptedTextField()
    text_index = models.CharField(max_length=64)
    hits = models.PositiveSmallIntegerField()
    day = models.DateField(db_index=True)

    class Meta:
        db_table = "catalog_search_query"

    def __str__(self) -> str:
        return str(self.id)
