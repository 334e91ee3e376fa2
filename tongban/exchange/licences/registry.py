"""The demo registry of types: `types.yaml`, loaded once the departments are there."""

from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from tongban.exchange.licences.models import LicenceType
from tongban.foundation.errors import NotFound
from tongban.people.organisation import queries as organisation

_FIRST = "123456789ABCDEFGHIJKLMNOPQRSTUVXYZ"


@cache
def known_types() -> dict[str, dict[str, Any]]:
    """The rows of the file by key, in its order."""
    rows = yaml.safe_load((Path(__file__).parent / "types.yaml").read_text())
    return {row["key"]: {**row, "sort": 10 * place} for place, row in enumerate(rows, 1)}


def load_type(key: str, *, fallback: UUID | None = None) -> LicenceType:
    """The registered type, made from the file when new; department `fallback` defines what its definer does not."""
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
    """The next suffix of a definer's generic types: 101, 102 … 199, 201 …; given once and kept."""
    taken = set(LicenceType.objects.filter(definer_id=definer_id).values_list("code", flat=True))
    for first in _FIRST:
        for rest in range(1, 100):
            if uscc + f"{first}{rest:02}" not in taken:
                return f"{first}{rest:02}"
    raise NotFound("这个部门的证照类型代码已用完，请联系平台管理员。")
