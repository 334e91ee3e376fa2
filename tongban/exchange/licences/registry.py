"""The registry of licence types: `types.yaml`, loaded into the database once the departments exist."""

from functools import cache
from pathlib import Path
from typing import TypedDict
from uuid import UUID

import yaml

from tongban.exchange.licences.models import LicenceType
from tongban.foundation.errors import NotFound
from tongban.people.organisation import queries as organisation

_FIRST = "123456789ABCDEFGHIJKLMNOPQRSTUVXYZ"


class FileRow(TypedDict):
    """One type of the file. `definer` is the name of a department; `number` is the rule of its numbers."""

    key: str
    name: str
    kind: str
    definer: str
    suffix: str
    single: bool
    number: str


class TypeRow(FileRow):
    """One type of the file, with its place in the order of the file."""

    sort: int


@cache
def known_types() -> dict[str, TypeRow]:
    """Return the types of the file by key, in its order."""
    rows: list[FileRow] = yaml.safe_load((Path(__file__).parent / "types.yaml").read_text())
    return {row["key"]: {**row, "sort": 10 * place} for place, row in enumerate(rows, 1)}


def load_type(key: str, *, fallback: UUID | None = None) -> LicenceType:
    """Return a type, registering it from the file if it is new.

    The department `fallback` becomes its definer if that of the file does not exist. Raises NotFound for an unknown
    type, or if there is no definer.
    """
    found = LicenceType.objects.filter(key=key).first()
    if found:
        return found
    row = known_types().get(key)
    if row is None:
        raise NotFound(f"证照类型“{key}”尚未登记，请先在证照目录中登记。")
    try:
        definer, suffix = organisation.department_named(row["definer"]), row["suffix"]
    except NotFound:
        if fallback is None:
            raise
        definer = organisation.department(fallback)
        suffix = free_suffix(definer.id, definer.uscc)
    return LicenceType.objects.get_or_create(
        key=key,
        defaults={
            "name": row["name"],
            "kind": row["kind"],
            "definer": definer,
            "code": definer.uscc + suffix,
            "single": row["single"],
            "number_rule": row["number"],
            "sort": row["sort"],
        },
    )[0]


def free_suffix(definer_id: UUID, uscc: str) -> str:
    """Return the next free suffix for a definer's generic types: 101 … 199, 201 … Raises NotFound if none is left."""
    taken = set(LicenceType.objects.filter(definer_id=definer_id).values_list("code", flat=True))
    for first in _FIRST:
        for rest in range(1, 100):
            if uscc + f"{first}{rest:02}" not in taken:
                return f"{first}{rest:02}"
    raise NotFound("这个部门的证照类型代码已用完，请联系平台管理员。")
