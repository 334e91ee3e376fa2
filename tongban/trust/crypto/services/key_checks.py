"""Check values of configured keys, which show at start whether they are the keys that the data were written with.

A check value is PBKDF2-SM3 of the key, salted with the deployment and the key's name. It fits no other deployment, and
guessing a key from it is as expensive as guessing a password. Master keys have none: they are tried on what they
sealed.
"""

import hmac
from collections.abc import Iterator
from functools import cache
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
from tongban.trust.crypto.models import DataKey, IndexKey, KeyCheck, States
from tongban.trust.crypto.services.indexes import is_index_of

VARIABLES = {"secret": "TONGBAN_SECRET_KEY", "index": "TONGBAN_INDEX_KEY", "data": "TONGBAN_DATA_KEY"}
MASTERS = "TONGBAN_MASTER_KEY_FILE, TONGBAN_MASTER_KEY, TONGBAN_HSM_LIBRARY or TONGBAN_DATA_KEY"
ROUNDS = 20_000
_SAMPLE = 20
"""Number of rows of each column on which key 1 is tried before it is adopted."""


def is_migrated() -> bool:
    """Return whether the tables of this version exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [KeyCheck._meta.db_table])
        return bool(cursor.fetchone() != (None,))


def check(*, except_for: str = "") -> None:
    """Compare the configured keys with the data, without writing. Raises WrongKey with the name of the wrong key.

    `except_for` names a key that is not compared.
    """
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
    """Write the missing check values. Requires the database owner's rights; call `check` first."""
    making.lock()
    rows = {row.name: row for row in KeyCheck.objects.all()}
    deployment = next((row.deployment for row in rows.values()), new_id())
    for name, key in _keys():
        if name not in rows:
            _write(name, key, deployment)


def may_write() -> bool:
    """Return whether this connection's role can change check values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'INSERT, UPDATE, DELETE')", [KeyCheck._meta.db_table])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def accept(name: str) -> None:
    """Replace the check value of `secret` or `index`, which the owner changed on purpose or lost.

    Only sessions depend on the first. The second is only compared once key 1 is stored in the hierarchy.
    """
    making.lock()
    row = KeyCheck.objects.first()
    KeyCheck.objects.filter(name=name).delete()
    _write(name, dict(_keys())[name], row.deployment if row else new_id())


def _keys() -> Iterator[tuple[str, bytes]]:
    """Yield the names and values of the configured keys."""
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
    """Open one secret under each master key that was used. Raises WrongKey when one does not open."""
    tried: set[bytes] = set()
    for row in making.sealed_secrets():
        label = bytes(row.sealed[: masters.LABEL])
        if label in tried:
            continue
        tried.add(label)
        if all(master.label != label for master in masters.masters()):
            raise WrongKey(_sentence(MASTERS, f"this database needs the master key {label.hex()}"))
        try:
            masters.unseal(bytes(row.sealed), bound_to=keyring.place_of(row))
        except Tampered:
            raise WrongKey(_sentence(MASTERS)) from None
        except KeyUnavailable as failure:
            why = failure.__cause__
            raise WrongKey(f"Tongban cannot start: the keeper of the master key does not answer ({why}).") from None


def _index_key_is_wrong() -> bool:
    """Try the index key on existing indexes, for a database that has no check value yet."""
    first = IndexKey.objects.filter(number=indexring.FIRST).first()
    if first is not None:
        secret = masters.unseal(bytes(first.sealed), bound_to=keyring.place_of(first))
        return not hmac.compare_digest(secret, bytes.fromhex(settings.INDEX_KEY))
    return any(_column_contradicts(column) for column in indexed.columns) or any(
        holds() is False for holds in indexed.proofs
    )


def _column_contradicts(column: indexed.Column) -> bool:
    """Return whether none of the sampled indexes matches its text. A single mismatch may just be a damaged row."""
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
    """Compare TONGBAN_DATA_KEY with the stored key that was derived from it before the hierarchy existed."""
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
