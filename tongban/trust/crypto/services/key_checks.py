"""Check values of the keys from outside: whether a start has the keys that these data were written with.

A value is PBKDF2-SM3 of the key over the deployment and the key's name, so it fits no other deployment, and trying out
keys by it costs as much as trying out passwords. Master keys are tried on what they sealed, which says the same.
"""

import hmac
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.conf import settings
from django.db import connection, transaction

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.trust.crypto import indexed, indexring, keyring, making, masters, primitives
from tongban.trust.crypto.errors import KeyDestroyed, KeyUnavailable, Tampered, WrongKey
from tongban.trust.crypto.fields import Sealed
from tongban.trust.crypto.models import DataKey, DepartmentKey, IdentityRoot, IndexKey, KeyCheck, States
from tongban.trust.crypto.services.indexes import is_index_of

VARIABLES = {"secret": "TONGBAN_SECRET_KEY", "index": "TONGBAN_INDEX_KEY", "data": "TONGBAN_DATA_KEY"}
MASTERS = "TONGBAN_MASTER_KEY_FILE, TONGBAN_MASTER_KEY, TONGBAN_HSM_LIBRARY or TONGBAN_DATA_KEY"
ROUNDS = 20_000
_SAMPLE = 20
"""Rows of a column that key 1 is tried on before it is taken in."""


def is_migrated() -> bool:
    """Whether the tables of this version are there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [KeyCheck._meta.db_table])
        return bool(cursor.fetchone() != (None,))


def check(*, except_for: str = "") -> None:
    """WrongKey says in one sentence which key is not the one of these data. Reads only."""
    rows = {row.name: row for row in KeyCheck.objects.all()}
    for name, key in _keys():
        row = rows.get(name)
        if row is not None and name != except_for and not _fits(row, key):
            raise WrongKey(_sentence(VARIABLES[name]))
    _check_masters()
    if "index" not in rows and _index_key_is_wrong():
        raise WrongKey(_sentence(VARIABLES["index"]))
    if "data" not in rows and _data_key_is_wrong():
        raise WrongKey(_sentence(VARIABLES["data"]))


@transaction.atomic
def write_missing() -> None:
    """Write the check values that are missing; as the owner, after `check`, one process at a time."""
    making.lock()
    rows = {row.name: row for row in KeyCheck.objects.all()}
    deployment = next((row.deployment for row in rows.values()), new_id())
    for name, key in _keys():
        if name not in rows:
            _write(name, key, deployment)


def may_write() -> bool:
    """Whether this connection's role may change check values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT, UPDATE, DELETE')", [KeyCheck._meta.db_table])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def accept(name: str) -> None:
    """The owner says that `secret` or `index` was changed on purpose, or lost.

    Nothing kept depends on the first but sessions. The second is only compared, once key 1 lies in the hierarchy.
    """
    making.lock()
    row = KeyCheck.objects.first()
    KeyCheck.objects.filter(name=name).delete()
    _write(name, dict(_keys())[name], row.deployment if row else new_id())


def _keys() -> Iterator[tuple[str, bytes]]:
    """The keys that are set; what is not set is not compared."""
    yield "secret", settings.SECRET_KEY.encode()
    yield "index", bytes.fromhex(settings.INDEX_KEY)
    if settings.DATA_KEY:
        yield "data", bytes.fromhex(settings.DATA_KEY)


def _write(name: str, key: bytes, deployment: UUID) -> None:
    value = _value(name, key, deployment)
    KeyCheck.objects.create(name=name, deployment=deployment, value=value, taken_at=clock.now())


def _fits(row: KeyCheck, key: bytes) -> bool:
    return hmac.compare_digest(bytes(row.value), _value(row.name, key, row.deployment))


@cache
def _value(name: str, key: bytes, deployment: UUID) -> bytes:
    salt = f"tongban key check 1|{name}|{deployment}".encode()
    return PBKDF2HMAC(SM3(), 32, salt, ROUNDS).derive(key)


def _check_masters() -> None:
    """Of what lies under each master key one secret must open with the keys that are configured here."""
    tried: set[bytes] = set()
    for row in _sealed_secrets():
        label = bytes(row.sealed[: masters.LABEL])
        if label in tried:
            continue
        tried.add(label)
        if all(master.label != label for master in masters.masters()):
            raise WrongKey(_sentence(MASTERS, f"what lies in this database needs the master key {label.hex()}"))
        try:
            masters.unseal(row.sealed, bound_to=keyring.place_of(row))
        except Tampered:
            raise WrongKey(_sentence(MASTERS)) from None
        except KeyUnavailable as failure:
            why = failure.__cause__
            raise WrongKey(f"Tongban cannot start: the keeper of the master key does not answer ({why}).") from None


def _sealed_secrets() -> Iterator[Any]:
    for model in (IdentityRoot, DepartmentKey, IndexKey):
        yield from model._default_manager.exclude(state=States.DESTROYED).order_by("made_at")


def _index_key_is_wrong() -> bool:
    """Where no check value was written yet: ask what the key made in this database, before it may make more."""
    first = IndexKey.objects.filter(number=indexring.FIRST).first()
    if first is not None:
        secret = masters.unseal(bytes(first.sealed), bound_to=keyring.place_of(first))
        return not hmac.compare_digest(secret, bytes.fromhex(settings.INDEX_KEY))
    return any(_column_contradicts(column) for column in indexed.columns()) or any(
        holds() is False for holds in indexed.proofs
    )


def _column_contradicts(column: indexed.Column) -> bool:
    """No index of those tried is that of its text. One that is not may be a broken row; `city check` finds those."""
    rows = column.model._default_manager.exclude(**{f"{column.index}__isnull": True}).exclude(**{column.index: ""})
    tried = []
    for pk, index, text in rows.order_by("pk").values_list("pk", column.index, column.text)[:_SAMPLE]:
        try:
            plain = str(text.open(pk)) if isinstance(text, Sealed) else str(text or "")
            tried.append(is_index_of(index, plain, purpose=column.purpose))
        except (Tampered, KeyDestroyed, ValueError):
            continue
    return bool(tried) and not any(tried)


def _data_key_is_wrong() -> bool:
    """The key of values from before the hierarchy was derived from it."""
    adopted = DataKey.objects.select_related("department_key").filter(number=keyring.LEGACY).first()
    if not settings.DATA_KEY or adopted is None or adopted.state == States.DESTROYED:
        return False
    derived = primitives.hmac_sm3(bytes.fromhex(settings.DATA_KEY), b"data key 1")[:16]
    return not hmac.compare_digest(keyring.unwrap(adopted.department_key, bytes(adopted.wrapped)), derived)


def _sentence(variable: str, why: str = "the data in this database belong to another key") -> str:
    return (
        f"Tongban cannot start: {variable} is not the key of this deployment, {why}; "
        "put back the key that belongs to it (docs/keys.md)."
    )
