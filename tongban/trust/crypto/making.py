"""Creates, rotates, retires and destroys keys. The room `keys` decides who may do so and records the reason.

Each change runs in the caller's transaction. An advisory lock allows one change at a time on the whole platform.
"""

import os
import secrets
from collections.abc import Iterator
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import transaction

from tongban.foundation import clock
from tongban.foundation.announcements.actors import machine
from tongban.foundation.locks import hold_number
from tongban.trust.crypto import keyring, masters, primitives
from tongban.trust.crypto.errors import KeyUnavailable
from tongban.trust.crypto.models import DataKey, DepartmentKey, IdentityRoot, IndexKey, Key, MasterKey, States
from tongban.trust.crypto.providers import sm9

ALWAYS = ("files", "general", "seal")
"""Purposes that do not belong to an encrypted column."""
PLATFORM = machine("crypto").name_for_record
_LOCK = 0x6B657973


@transaction.atomic
def first_key(purpose: str, *, by: str = PLATFORM) -> keyring.OpenedDataKey:
    """Return the purpose's data key, creating it if there is none yet."""
    lock()
    key = keyring.key_of_purpose(purpose)
    if key is None:
        _new_data_key(purpose, os.urandom(16), by)
        key = keyring.key_of_purpose(purpose)
    assert key is not None
    return key


@transaction.atomic
def provide() -> None:
    """Create all keys that the installed rooms need. Called after each migration, so that no request has to."""
    lock()
    if settings.DATA_KEY and not DataKey.objects.filter(number=keyring.LEGACY).exists():
        local = primitives.hmac_sm3(bytes.fromhex(settings.DATA_KEY), b"data key 1")[:16]
        retire(_new_data_key("legacy", local, PLATFORM, number=keyring.LEGACY), by=PLATFORM)
    there = set(DataKey.objects.filter(state=States.ACTIVE).values_list("purpose", flat=True))
    for purpose in sorted(purposes() - there):
        _new_data_key(purpose, os.urandom(16), PLATFORM)


def purposes() -> set[str]:
    """Return all purposes: the labels of the rooms with encrypted columns, and ALWAYS."""
    fields = (field for model in apps.get_models() for field in model._meta.concrete_fields)
    sealed = {field.purpose for field in fields if hasattr(field, "purpose")}  # see `fields.EncryptedField`
    return sealed | set(ALWAYS)


def owner_of(purpose: str) -> str:
    """Return the owner of a purpose's next keys: a department's credit code (GB 32100), or `platform`."""
    return str(settings.KEY_OWNERS.get(purpose, settings.KEY_OWNER))


@transaction.atomic
def new_data_key(purpose: str, *, by: str) -> DataKey:
    """Create a new data key that seals from now on; the previous one only opens."""
    lock()
    for old in DataKey.objects.filter(purpose=purpose, state=States.ACTIVE):
        retire(old, by=by)
    return _new_data_key(purpose, os.urandom(16), by)


@transaction.atomic
def new_department_key(purpose: str, *, by: str, algorithm: str = "") -> DepartmentKey:
    """Create the next version of the purpose's department key, and rewrap all data keys of the purpose for it.

    No value is rewritten, so readers and writers continue.
    """
    lock()
    old = DepartmentKey.objects.filter(purpose=purpose, state=States.ACTIVE).first()
    plain = {key: _unwrapped(key) for key in _open_data_keys(purpose)}
    if old is not None:
        retire(old, by=by)
    new = _new_department_key(purpose, by, algorithm)
    for key, secret in plain.items():
        key.department_key, key.wrapped = new, keyring.wrap(new, secret)
        key.save(update_fields=["department_key", "wrapped"])
    keyring.changed()
    return new


@transaction.atomic
def adopt_master_key(*, by: str) -> tuple[MasterKey, int]:
    """Reseal all secrets of the hierarchy under the first configured master key.

    Returns the row of that master key and the number of secrets that were resealed.
    """
    lock()
    count = 0
    for row in sealed_secrets():
        if bytes(row.sealed[: masters.LABEL]) != masters.current().label:
            place = keyring.place_of(row)
            row.sealed = masters.seal(masters.unseal(bytes(row.sealed), bound_to=place), bound_to=place)
            row.save(update_fields=["sealed"])
            count += 1
    keyring.changed()
    return known_master_key(by), count


def sealed_secrets() -> Iterator[IdentityRoot | DepartmentKey | IndexKey]:
    """Yield the keys whose secrets are sealed under a master key, except destroyed ones."""
    yield from IdentityRoot.objects.exclude(state=States.DESTROYED).order_by("made_at")
    yield from DepartmentKey.objects.exclude(state=States.DESTROYED).order_by("made_at")
    yield from IndexKey.objects.exclude(state=States.DESTROYED).order_by("made_at")


def retire(key: Key, *, by: str) -> None:
    """Retire a key: it still opens what it sealed, and seals nothing new after KEY_CACHE_SECONDS."""
    key.state, key.retired_at, key.retired_by = States.RETIRED, clock.now(), by
    key.save(update_fields=["state", "retired_at", "retired_by"])
    keyring.changed()


@transaction.atomic
def destroy(key: DataKey | DepartmentKey, *, by: str) -> None:
    """Overwrite the key's only copy in this database. Values that it sealed can no longer be opened, at the latest
    after KEY_CACHE_SECONDS."""
    lock()
    key.state, key.destroyed_at, key.destroyed_by = States.DESTROYED, clock.now(), by
    if isinstance(key, DataKey):
        key.wrapped = b""
        key.save(update_fields=["state", "destroyed_at", "destroyed_by", "wrapped"])
    else:
        key.sealed = b""
        key.save(update_fields=["state", "destroyed_at", "destroyed_by", "sealed"])
    keyring.changed()


def find(key_id: UUID) -> Key | None:
    """Return a key of any level; None when there is none with this id."""
    for model in (DataKey, DepartmentKey, IdentityRoot, MasterKey, IndexKey):
        found: Key | None = model._default_manager.filter(id=key_id).first()
        if found is not None:
            return found
    return None


def _open_data_keys(purpose: str) -> list[DataKey]:
    rows = DataKey.objects.filter(department_key__purpose=purpose).exclude(state=States.DESTROYED)
    return list(rows.select_related("department_key").select_for_update(of=("self",)))


def _unwrapped(key: DataKey) -> bytes:
    return keyring.unwrap(key.department_key, bytes(key.wrapped))


def _new_data_key(purpose: str, secret: bytes, by: str, number: int = 0) -> DataKey:
    department_key = DepartmentKey.objects.filter(purpose=purpose, state=States.ACTIVE).first()
    department_key = department_key or _new_department_key(purpose, by)
    made = DataKey.objects.create(
        number=number or 2 + secrets.randbelow(2**31 - 3),
        purpose=purpose,
        department_key=department_key,
        wrapped=keyring.wrap(department_key, secret),
        made_at=clock.now(),
        made_by=by,
    )
    keyring.changed()
    return made


def _new_department_key(purpose: str, by: str, algorithm: str = "") -> DepartmentKey:
    last = DepartmentKey.objects.filter(purpose=purpose).order_by("-version").first()
    key = DepartmentKey(
        owner=owner_of(purpose),
        purpose=purpose,
        version=last.version + 1 if last else 1,
        made_at=clock.now(),
        made_by=by,
    )
    key.algorithm = algorithm or (DepartmentKey.Algorithms.SM9 if sm9.available() else DepartmentKey.Algorithms.SM2)
    if key.algorithm == DepartmentKey.Algorithms.SM9:
        key.root = _identity_root(by)
        key.public = bytes(key.root.public)
        root_secret = masters.unseal(bytes(key.root.sealed), bound_to=keyring.place_of(key.root))
        secret = sm9.extract(root_secret, key.identity)
    else:
        secret, key.public = primitives.provider().generate()
    key.sealed = masters.seal(secret, bound_to=keyring.place_of(key))
    known_master_key(by)
    key.save(force_insert=True)
    return key


def _identity_root(by: str) -> IdentityRoot:
    root = IdentityRoot.objects.filter(state=States.ACTIVE).first()
    if root is None:
        if not sm9.available():
            raise KeyUnavailable()
        secret, public = sm9.generate()
        root = IdentityRoot(public=public, made_at=clock.now(), made_by=by)
        root.sealed = masters.seal(secret, bound_to=keyring.place_of(root))
        root.save(force_insert=True)
    return root


def known_master_key(by: str) -> MasterKey:
    """Return the row of the current master key, creating it if needed and retiring the previous one."""
    master = masters.current()
    row = MasterKey.objects.filter(label=master.label).first()
    if row is None or row.state != States.ACTIVE:
        for old in MasterKey.objects.filter(state=States.ACTIVE):
            retire(old, by=by)
        if row is None:
            row = MasterKey(label=master.label, source=master.source, made_at=clock.now(), made_by=by)
        row.state, row.retired_at, row.retired_by = States.ACTIVE, None, ""
        row.save()
    return row


def lock() -> None:
    """Take the platform-wide lock on key changes until the transaction ends."""
    hold_number(_LOCK)
