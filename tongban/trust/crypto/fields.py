"""Encrypted columns: sealed with SM4-GCM when the row is saved, opened when the attribute is read.

A value is bound to its table, column and row, so that a sealed value copied to another place does not open. There is
no search in such a column; equality is found through a blind index beside it.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from tongban.foundation.errors import InvalidText
from tongban.trust.crypto import sealing


def _place(model: type[models.Model], column: str | None, key: Any) -> bytes:
    """Table, column and primary key, the key in its one normal form (a UUID may come as text)."""
    return f"{model._meta.db_table}.{column}|{model._meta.pk.to_python(key)}".encode()


class Sealed:
    """A value as it lies in the database, for queries that do not build instances."""

    __slots__ = ("content", "field")

    def __init__(self, content: bytes, field: "EncryptedField") -> None:
        self.content = bytes(content)
        self.field = field

    def open(self, key: UUID | int | str) -> Any:
        """The plain value of the row with this primary key."""
        field = self.field
        plain = sealing.decrypt(self.content, bound_to=_place(field.model, field.column, key))
        return field.from_text(plain.decode())

    def __repr__(self) -> str:
        return "<Sealed>"


class _Attribute:
    """Opens a sealed value the first time that it is read."""

    def __init__(self, field: "EncryptedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = value.open(instance.pk)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.BinaryField):
    """The common part: sealed on save, no look-ups."""

    empty: Any = None
    """The default of a column that may be blank but not null."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    @property
    def purpose(self) -> str:
        """Whose data key seals it: the label of its room."""
        return str(self.model._meta.app_label)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Attribute(self))

    def check(self, **kwargs: Any) -> list[Any]:
        """Defaults are plain values here, not bytes as in a plain binary column."""
        return [message for message in super().check(**kwargs) if message.id != "fields.E170"]

    def to_text(self, value: Any) -> str:
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        raise NotImplementedError

    def get_default(self) -> Any:
        if self.has_default():
            return self.default() if callable(self.default) else self.default
        return self.empty if self.blank and not self.null else None

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value, self)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
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
            plain = value.open(model_instance.pk)  # a copied instance still holds what was sealed for another row
            if current:
                return value
            value = plain
        return self.seal(value, model_instance.pk)

    def seal(self, value: Any, key: Any) -> Sealed:
        """A plain value sealed for the row with this primary key."""
        place = _place(self.model, self.column, key)
        try:
            plain = self.to_text(value).encode()
        except UnicodeEncodeError:
            raise InvalidText() from None
        return Sealed(sealing.encrypt(plain, bound_to=place, purpose=self.purpose), self)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is encrypted: save the instance; it cannot be set or compared in a query")
        return connection.Database.Binary(value.content)

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self.name} is encrypted: look it up through its blind index")

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self.name} is encrypted and is not serialised")


class EncryptedTextField(EncryptedField):
    """Text, encrypted in its column."""

    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment]

    empty = ""

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> str:
        return text


class EncryptedJSONField(EncryptedField):
    """A JSON document, encrypted in its column as a whole."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def from_text(self, text: str) -> Any:
        return json.loads(text)


class EncryptedDateField(EncryptedField):
    """A day, encrypted in its column: neither compared nor sorted by the database."""

    _pyi_private_set_type: date
    _pyi_private_get_type: date  # type: ignore[assignment]

    def to_text(self, value: Any) -> str:
        return str(value.isoformat())

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)


class EncryptedDateTimeField(EncryptedField):
    """A moment, encrypted in its column, to the microsecond."""

    _pyi_private_set_type: datetime
    _pyi_private_get_type: datetime  # type: ignore[assignment]

    def to_text(self, value: Any) -> str:
        return str(value.astimezone(UTC).isoformat())

    def from_text(self, text: str) -> datetime:
        return datetime.fromisoformat(text)


class EncryptedIntegerField(EncryptedField):
    """A whole number, encrypted in its column."""

    _pyi_private_set_type: int
    _pyi_private_get_type: int  # type: ignore[assignment]

    def to_text(self, value: Any) -> str:
        return str(int(value))

    def from_text(self, text: str) -> int:
        return int(text)


class EncryptedDecimalField(EncryptedField):
    """An exact amount, encrypted in its column."""

    _pyi_private_set_type: Decimal
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def to_text(self, value: Any) -> str:
        return str(Decimal(value))

    def from_text(self, text: str) -> Decimal:
        return Decimal(text)
