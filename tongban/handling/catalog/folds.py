"""Which ledger entries account for the published versions of items and bundles."""

from tongban.handling.catalog import events
from tongban.trust.ledger.folds import Fold

FOLDS = (
    Fold(
        table="catalog_item_version",
        called="version of an item",
        events=(events.ItemPublished,),
        columns=("code", "version", "content_hash", "department_id", "published_at"),
        digested=("spec",),
    ),
    Fold(
        table="catalog_bundle_version",
        called="version of a bundle",
        events=(events.BundlePublished,),
        columns=("key", "version", "content_hash", "published_at"),
        digested=("spec",),
    ),
)
