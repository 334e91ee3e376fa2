"""ASK: the inventory of keys and certificates. Nothing secret is returned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, QuerySet, Sum

from tongban.foundation import clock
from tongban.foundation.errors import DomainError
from tongban.trust.crypto import keyring
from tongban.trust.crypto.models import Certificate as Certificate
from tongban.trust.crypto.models import DataKey as DataKey
from tongban.trust.crypto.models import DepartmentKey as DepartmentKey
from tongban.trust.crypto.models import IdentityRoot, IndexKey, KeyUse, MasterKey, SigningKey, States
from tongban.trust.crypto.models import Key as Key


@dataclass(frozen=True)
class KeyFacts:
    """What the inventory shows of a key."""

    id: UUID
    level: str
    owner: str
    purpose: str
    algorithm: str
    version: str
    state: str
    state_word: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    values: int | None
    """The number of values that it sealed, as last counted; None: never counted, or not countable."""
    counted_at: datetime | None
    due: date | None
    """When it should be rotated; None: it no longer seals anything, or has no due date."""


def can_open() -> bool:
    """Return whether the data key of general values exists and opens under the master key."""
    try:
        return keyring.key_of_purpose("general") is not None
    except DomainError:
        return False


def keys_by_level() -> dict[str, QuerySet[Key]]:
    """Return all keys by level, newest first."""
    return {
        "data": DataKey.objects.select_related("department_key").order_by("purpose", "-made_at", "-id"),
        "department": DepartmentKey.objects.order_by("purpose", "-version"),
        "root": IdentityRoot.objects.order_by("-made_at"),
        "master": MasterKey.objects.order_by("-made_at"),
        "index": IndexKey.objects.order_by("-number"),
    }


def signing_keys() -> list[tuple[str, datetime]]:
    """Return (key id, creation time) of every signing key pair."""
    return list(SigningKey.objects.order_by("key_id").values_list("key_id", "created_at"))


def facts_of_all(keys: Iterable[Key]) -> list[KeyFacts]:
    """Return the facts of several keys; their counts are fetched with one query."""
    keys = list(keys)
    uses = KeyUse.objects.filter(data_key__in=[key.id for key in keys if isinstance(key, DataKey)])
    counted = {
        row["data_key"]: (row["total"], row["at"])
        for row in uses.values("data_key").annotate(total=Sum("values"), at=Max("counted_at"))
    }
    return [facts_of(key, *counted.get(key.id, (None, None))) for key in keys]


def facts_of(key: Key, values: int | None = None, counted_at: datetime | None = None) -> KeyFacts:
    """Return the facts of one key. The counts are given by the caller, except for index keys, which hold them."""
    level = level_of(key)
    owner, purpose, algorithm, version = "platform", "", "SM4-GCM", ""
    if isinstance(key, DataKey):
        owner, purpose, version = key.department_key.owner, key.purpose, f"{key.number:08x}"
    elif isinstance(key, DepartmentKey):
        owner, purpose = key.owner, key.purpose
        algorithm, version = key.get_algorithm_display(), str(key.version)
    elif isinstance(key, IndexKey):
        algorithm, version, values, counted_at = "HMAC-SM3", str(key.number), key.rows, key.counted_at
    elif isinstance(key, MasterKey):
        algorithm, version = f"SM4（{SOURCES.get(key.source, key.source)}）", bytes(key.label).hex()
    else:
        algorithm = "SM9"
    days = settings.KEY_DAYS.get(level)
    due = clock.legal_day(key.made_at + timedelta(days=days)) if days and key.state == States.ACTIVE else None
    return KeyFacts(
        id=key.id,
        level=level,
        owner=owner,
        purpose=purpose,
        algorithm=algorithm,
        version=version,
        state=key.state,
        state_word=States(key.state).label,
        made_at=key.made_at,
        made_by=key.made_by,
        ended_at=key.destroyed_at or key.retired_at,
        values=values,
        counted_at=counted_at,
        due=due,
    )


_LEVELS: dict[type[Key], str] = {
    DataKey: "data",
    DepartmentKey: "department",
    IdentityRoot: "root",
    MasterKey: "master",
    IndexKey: "index",
}
SOURCES = {"environment": "环境变量", "data-key": "环境变量", "file": "密钥文件", "hsm": "密码机"}


def level_of(key: Key) -> str:
    """Return the level of a key: `data`, `department`, `root`, `master` or `index`."""
    return _LEVELS[type(key)]


def active_key(level: str, purpose: str) -> Key | None:
    """Return the active data or department key of a purpose."""
    if level == "data":
        return DataKey.objects.filter(purpose=purpose, state=States.ACTIVE).first()
    return DepartmentKey.objects.filter(purpose=purpose, state=States.ACTIVE).first()


def active_master_key() -> MasterKey | None:
    """Return the master key that is in use."""
    return MasterKey.objects.filter(state=States.ACTIVE).first()


def wrapped_for(key: Key) -> int:
    """Return how many data keys, destroyed ones excepted, a department key wraps; 0 for keys of other levels."""
    if not isinstance(key, DepartmentKey):
        return 0
    return key.data_keys.exclude(state=States.DESTROYED).count()


def certificates() -> QuerySet[Certificate]:
    """Return all certificates with their issuers, grouped by kind, newest first."""
    return Certificate.objects.select_related("issuer").order_by("kind", "-issued_at", "-id")
