"""The tables whose rows are signed. Each room declares its own at start, so that a missing signing key is noticed."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef

from tongban.foundation.registry import Registry
from tongban.trust.crypto.models import SigningKey


@dataclass(frozen=True)
class SignedTable:
    """A table whose column `key` holds the id of the key that signed the row."""

    label: str
    key: str

    @property
    def model(self) -> type[models.Model]:
        """The model of the table. Raises LookupError for an unknown one."""
        return apps.get_model(self.label)


signed_tables: Registry[SignedTable] = Registry("signed tables", order=lambda table: table.label)


def declare(label: str, *, key: str = "key_id") -> None:
    """Declare a table; `label` is "app.Model"."""
    signed_tables.add(label, SignedTable(label, key))


def missing_keys(limit: int) -> Iterator[tuple[str, str]]:
    """Yield (table, key id) of the signing keys that are gone although rows refer to them, at most `limit` a table."""
    for signed in signed_tables:
        key = SigningKey.objects.filter(key_id=OuterRef(signed.key))
        gone = signed.model._base_manager.filter(~Exists(key)).order_by(signed.key)
        for key_id in gone.values_list(signed.key, flat=True).distinct()[:limit]:
            yield signed.model._meta.db_table, key_id
