"""Encrypted columns: sealed with SM4-GCM when the row is saved, opened when the attribute is read.

A value is bound to its table, column and row, so a sealed value that is copied elsewhere does not open. Such a column
cannot be searched; rows are found through a blind index in another column.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.checks import CheckMessage
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from tongban.foundation.errors import InvalidText
from tongban.trust.crypto import sealing

if TYPE_CHECKING:
    BinaryColumn = models.BinaryField[Any, Any]
else:
    BinaryColumn = models.BinaryField

RowKey = UUID | int | str
"""A primary key."""


def _place(model: type[models.Model], column: str | None, key: RowKey) -> bytes:
    """Return table, column and normalised primary key (a UUID may be given as text), to which a value is bound."""
    return f"{model._meta.db_table}.{column}|{model._meta.pk.to_python(key)}".encode()


class Sealed:
    """A sealed value as it is stored; queries that do not build instances return it."""

    __slots__ = ("content", "field")

    def __init__(self, content: bytes | memoryview, field: "EncryptedField") -> None:
        self.content = bytes(content)
        self.field = field

    def open(self, key: RowKey) -> Any:
        """Return the plain value for the row with this primary key.

        Raises Tampered, KeyDestroyed or KeyUnavailable.
        """
        field = self.field
        plain = sealing.decrypt(self.content, bound_to=_place(field.model, field.column, key))
        return field.from_text(plain.decode())

    def __repr__(self) -> str:
        return "<Sealed>"


class _Attribute:
    """Descriptor that opens a sealed value when the attribute is first read."""

    def __init__(self, field: "EncryptedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: object = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = value.open(instance.pk)
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(BinaryColumn):
    """Base class of encrypted fields: seals values on save and refuses look-ups other than `isnull`."""

    _pyi_private_get_type: Any

    empty: object = None
    """The default value of a column that may be blank but not null."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    @property
    def purpose(self) -> str:
        """The purpose whose data key seals the column: the label of its room."""
        return str(self.model._meta.app_label)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Attribute(self))

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Run Django's checks except fields.E170: the default is a plain value here, not bytes."""
        return [message for message in super().check(**kwargs) if message.id != "fields.E170"]

    def to_text(self, value: Any) -> str:
        """Convert a plain value to the text that is encrypted."""
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """Convert decrypted text to the plain value."""
        raise NotImplementedError

    def get_default(self) -> object:
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return self.empty if self.blank and not self.null else None

    def from_db_value(
        self, value: bytes | memoryview | None, expression: object, connection: BaseDatabaseWrapper
    ) -> Sealed | None:
        return None if value is None else Sealed(value, self)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        """Seal the value under the current key, or keep the sealed value if it is unchanged and current."""
        held = model_instance.__dict__
        value = held[self.attname] if self.attname in held else getattr(model_instance, self.attname)
        if value is None:
            return None
        if model_instance.pk is None:
            raise TypeError(f"{self.name} is encrypted: its model's key must be known before the row is saved")
        if isinstance(value, Sealed):
            current = sealing.is_current(value.content, purpose=self.purpose)
            if not add and current:
                return value
            plain = value.open(model_instance.pk)  # fails for a copied instance, sealed for another row
            if current:
                return value
            value = plain
        return self.seal(value, model_instance.pk)

    def seal(self, value: object, key: RowKey) -> Sealed:
        """Seal a plain value for the row with this primary key. Raises InvalidText for text that cannot be encoded."""
        place = _place(self.model, self.column, key)
        try:
            plain = self.to_text(value).encode()
        except UnicodeEncodeError:
            raise InvalidText() from None
        return Sealed(sealing.encrypt(plain, bound_to=place, purpose=self.purpose), self)

    def get_db_prep_value(self, value: object, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is encrypted: save the instance; it cannot be set or compared in a query")
        return connection.Database.Binary(value.content)

    def get_prep_value(self, value: object) -> object:
        return value

    def get_lookup(self, lookup_name: str) -> "type[models.Lookup[Any]] | None":
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self.name} is encrypted: look it up through its blind index")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.name} is encrypted and is not serialised")


class EncryptedTextField(EncryptedField):
    """An encrypted text column."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str

    empty = ""

    def to_text(self, value: object) -> str:
        return str(value)

    def from_text(self, text: str) -> str:
        return text


class EncryptedJSONField(EncryptedField):
    """A JSON column that is encrypted as a whole."""

    def to_text(self, value: object) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_text(self, text: str) -> Any:
        return json.loads(text)


class EncryptedDateField(EncryptedField):
    """An encrypted date column. The database can neither compare nor sort it."""

    _pyi_private_set_type: date
    _pyi_private_get_type: date

    def to_text(self, value: date) -> str:
        return value.isoformat()

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class EncryptedDateTimeField(EncryptedField):
    """An encrypted timestamp column with microseconds; values come back in UTC."""

    _pyi_private_set_type: datetime
    _pyi_private_get_type: datetime

    def to_text(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat()

    def from_text(self, text: str) -> datetime:
        return datetime.fromisoformat(text)


class EncryptedIntegerField(EncryptedField):
    """An encrypted integer column."""

    _pyi_private_set_type: int
    _pyi_private_get_type: int

    def to_text(self, value: int | str) -> str:
        return str(int(value))

    def from_text(self, text: str) -> int:
        return int(text)


class EncryptedDecimalField(EncryptedField):
    """An encrypted decimal column."""

    _pyi_private_set_type: Decimal
    _pyi_private_get_type: Decimal

    def to_text(self, value: Decimal | int | str) -> str:
        return str(Decimal(value))

    def from_text(self, text: str) -> Decimal:
        return Decimal(text)
