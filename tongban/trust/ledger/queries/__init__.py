"""ASK: recorded entries, their positions and proofs, signed heads, and the names of event types."""

from tongban.trust.ledger.models import Head
from tongban.trust.ledger.queries.check import findings, quick_findings
from tongban.trust.ledger.queries.entries import count_of, entries_for, entries_of, entry, with_entries, without_entries
from tongban.trust.ledger.queries.epochs import (
    begins_with,
    declared_epochs,
    epoch_as_json,
    statement_of,
)
from tongban.trust.ledger.queries.heads import (
    cosigned_as_json,
    cosigned_heads,
    head_as_json,
    ledger_key_pem,
    newest,
    signature_holds,
    tree_head,
    witness_rows,
    witnesses,
)
from tongban.trust.ledger.queries.proofs import (
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
from tongban.trust.ledger.queries.reading import Reader, RecordedEntry, reason_of, words_of
from tongban.trust.ledger.queries.search import Search, SearchPage, SearchTooWide, search, statement
from tongban.trust.ledger.queries.state import LedgerState, ledger_state, open_alarms
from tongban.trust.ledger.queries.tree import size as tree_size
from tongban.trust.ledger.queries.types import event_types, label_of
from tongban.trust.ledger.statements import HeadJson, ServedEpochJson

__all__ = [
    "Certificate",
    "Disclosure",
    "Head",
    "HeadJson",
    "SearchPage",
    "LedgerState",
    "NoSuchProof",
    "Reader",
    "RecordedEntry",
    "Search",
    "SearchTooWide",
    "ServedEpochJson",
    "begins_with",
    "certificate_of",
    "consistency",
    "cosigned_as_json",
    "cosigned_heads",
    "disclosure_of",
    "entries_for",
    "count_of",
    "entries_of",
    "entry",
    "epoch_as_json",
    "declared_epochs",
    "event_types",
    "findings",
    "head_as_json",
    "inclusion",
    "label_of",
    "ledger_key_pem",
    "ledger_state",
    "newest",
    "open_alarms",
    "position_of",
    "public_leaves",
    "quick_findings",
    "reason_of",
    "search",
    "signature_holds",
    "statement",
    "statement_of",
    "tree_head",
    "tree_size",
    "witness_rows",
    "witnesses",
    "words_of",
    "with_entries",
    "without_entries",
]
