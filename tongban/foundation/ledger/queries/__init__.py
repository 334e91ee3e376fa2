"""ASK: what was recorded, where it stands in the tree, and what proves it."""

from tongban.foundation.ledger.queries.check import findings, quick_findings
from tongban.foundation.ledger.queries.entries import entries_of, entry, without_entries
from tongban.foundation.ledger.queries.heads import (
    cosigned_as_json,
    cosigned_heads,
    head_as_json,
    ledger_key_pem,
    newest,
    tree_head,
    witness_rows,
    witnesses,
)
from tongban.foundation.ledger.queries.proofs import (
    Certificate,
    Disclosure,
    NoSuchProof,
    certificate_of,
    consistency,
    disclosure_of,
    inclusion,
    position_of,
    public_leaves,
)

__all__ = [
    "Certificate",
    "Disclosure",
    "NoSuchProof",
    "certificate_of",
    "consistency",
    "cosigned_as_json",
    "cosigned_heads",
    "disclosure_of",
    "entries_of",
    "entry",
    "findings",
    "head_as_json",
    "inclusion",
    "ledger_key_pem",
    "newest",
    "position_of",
    "public_leaves",
    "tree_head",
    "quick_findings",
    "witness_rows",
    "witnesses",
    "without_entries",
]
