"""Signed tree heads, and who else has signed them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.models import Cosignature, Head, Witness
from tongban.trust.ledger.statements import TreeHead, moment

KEY_ID = "ledger"
"""The signing key of tree heads."""


def newest() -> Head | None:
    """The newest signed head; None before the first."""
    return Head.objects.order_by("-size").first()


def tree_head(head: Head) -> TreeHead:
    """A stored head as it was signed."""
    return TreeHead(head.size, bytes(head.root), moment(head.at))


def signature_holds(head: Head) -> bool:
    """Whether the platform's key signed the head as it is stored."""
    return crypto.verify(crypto.public_key(head.key_id), tree_head(head).statement(), bytes(head.signature))


def ledger_key_pem() -> str:
    """The public key under which heads are signed."""
    return crypto.public_key_pem(KEY_ID)


def witnesses() -> list[Witness]:
    """All that were ever registered, in the order of their names."""
    return list(Witness.objects.order_by("name"))


def cosigned_heads() -> list[Cosignature]:
    """Of each witness that is not retired the cosignature of the largest head, if it has given one; one step into the
    index each, however many there are."""
    largest = Cosignature.objects.filter(witness=OuterRef("pk")).order_by("-head_id").values("id")[:1]
    ids = Witness.objects.filter(retired_at=None).values_list(Subquery(largest), flat=True)
    rows = Cosignature.objects.filter(id__in=ids).select_related("witness", "head")
    return sorted(rows, key=lambda one: one.witness.name)


@dataclass(frozen=True)
class WitnessRow:
    """A witness in use, and how far it has signed."""

    name: str
    since: datetime
    size: int | None
    """Leaves of the largest head that it has signed."""
    at: datetime | None


def witness_rows() -> list[WitnessRow]:
    """Those that are not retired, each with its last cosignature."""
    last = {one.witness_id: one for one in cosigned_heads()}
    return [
        WitnessRow(one.name, one.added_at, given.head_id if given else None, given.at if given else None)
        for one in witnesses()
        if one.retired_at is None
        for given in [last.get(one.id)]
    ]


def head_as_json(head: Head) -> dict[str, Any]:
    """A head with its signature and cosignatures, as the public interface gives it."""
    given = head.cosignatures.select_related("witness").filter(witness__retired_at=None).order_by("witness__name")
    return bare_head(head) | {"cosignatures": [cosignature_as_json(one) for one in given]}


def bare_head(head: Head) -> dict[str, Any]:
    return {
        "size": head.size,
        "root": bytes(head.root).hex(),
        "at": moment(head.at),
        "signature": bytes(head.signature).hex(),
        "key_id": head.key_id,
    }


def cosignature_as_json(one: Cosignature) -> dict[str, Any]:
    return {"witness": one.witness.name, "at": moment(one.at), "signature": bytes(one.signature).hex()}


def cosigned_as_json(one: Cosignature) -> dict[str, Any]:
    """The head that a witness signed last, and its cosignature alone."""
    return bare_head(one.head) | {"cosignatures": [cosignature_as_json(one)]}
