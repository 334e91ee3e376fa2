"""Signed tree heads and their cosignatures."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from tongban.trust.crypto import services as crypto
from tongban.trust.ledger.models import Cosignature, Head, Witness
from tongban.trust.ledger.statements import CosignatureJson, HeadJson, TreeHead, moment

KEY_ID = "ledger"
"""The id of the key that signs tree heads."""


def newest() -> Head | None:
    """Return the newest signed head; None before the first."""
    return Head.objects.order_by("-size").first()


def tree_head(head: Head) -> TreeHead:
    """Return a stored head in the form that was signed."""
    return TreeHead(head.size, bytes(head.root), moment(head.at))


def signature_holds(head: Head) -> bool:
    """Return whether the platform's signature of the stored head is valid."""
    return crypto.verify(crypto.public_key(head.key_id), tree_head(head).statement(), bytes(head.signature))


def ledger_key_pem() -> str:
    """Return the public key that verifies heads, in PEM."""
    return crypto.public_key_pem(KEY_ID)


def witnesses() -> list[Witness]:
    """Return all witnesses that were ever registered, ordered by name."""
    return list(Witness.objects.order_by("name"))


def cosigned_heads() -> list[Cosignature]:
    """Return the cosignature of the largest head of each active witness that has given one.

    Costs one index lookup per witness, however many cosignatures there are.
    """
    largest = Cosignature.objects.filter(witness=OuterRef("pk")).order_by("-head_id").values("id")[:1]
    ids = Witness.objects.filter(retired_at=None).values_list(Subquery(largest), flat=True)
    rows = Cosignature.objects.filter(id__in=ids).select_related("witness", "head")
    return sorted(rows, key=lambda one: one.witness.name)


@dataclass(frozen=True)
class WitnessRow:
    """An active witness and how far it has signed."""

    name: str
    since: datetime
    size: int | None
    """The size of the largest head that it has signed; None before the first."""
    at: datetime | None


def witness_rows() -> list[WitnessRow]:
    """Return the active witnesses, each with its last cosignature."""
    last = {one.witness_id: one for one in cosigned_heads()}
    return [
        WitnessRow(one.name, one.added_at, given.head_id if given else None, given.at if given else None)
        for one in witnesses()
        if one.retired_at is None
        for given in [last.get(one.id)]
    ]


def head_as_json(head: Head) -> HeadJson:
    """Return a head with its signature and cosignatures, as the public interface serves it."""
    given = head.cosignatures.select_related("witness").filter(witness__retired_at=None).order_by("witness__name")
    return {**bare_head(head), "cosignatures": [cosignature_as_json(one) for one in given]}


def bare_head(head: Head) -> HeadJson:
    """Return a head with its signature and without cosignatures."""
    return {
        "size": head.size,
        "root": bytes(head.root).hex(),
        "at": moment(head.at),
        "signature": bytes(head.signature).hex(),
        "key_id": head.key_id,
    }


def cosignature_as_json(one: Cosignature) -> CosignatureJson:
    """Return a cosignature as the public interface serves it."""
    return {"witness": one.witness.name, "at": moment(one.at), "signature": bytes(one.signature).hex()}


def cosigned_as_json(one: Cosignature) -> HeadJson:
    """Return the head of a cosignature with that cosignature only."""
    return {**bare_head(one.head), "cosignatures": [cosignature_as_json(one)]}
