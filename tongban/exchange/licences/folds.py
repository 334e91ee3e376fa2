"""Which ledger entries account for licences and their documents. Signatures prove the content of a licence."""

from tongban.exchange.licences import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="licences_licence",
        called="licence",
        events=(events.LicenceIssued, events.LicenceSuperseded, events.LicenceStatusChanged),
        columns=(
            "type_id", "issuer_id", "holder_id", "keeper_id", "version", "status", "status_changed_at",
            "issued_at", "valid_from", "valid_until", "case_number", "item_code", "automatic", "key_id",
            "superseded_by_id",
        ),
    ),
    Fold(
        table="licences_rendereddocument",
        called="document of a licence",
        events=(events.LicenceRendered,),
        link="licence_id",
        columns=("file_id", "key_id", "rendered_at"),
    ),
)  # fmt: skip
