"""Check items and bundles (fields of GB/T 39046-2020). What is wrong or missing is returned as findings. Pure."""

from tongban.handling.catalog.rules.asking import asking_findings
from tongban.handling.catalog.rules.bundles import bundle_findings, cycle_of, record_findings
from tongban.handling.catalog.rules.findings import Finding, Grade, Place
from tongban.handling.catalog.rules.items import item_findings, reference_findings, window_findings

__all__ = [
    "Finding",
    "Grade",
    "Place",
    "asking_findings",
    "bundle_findings",
    "cycle_of",
    "item_findings",
    "record_findings",
    "reference_findings",
    "window_findings",
]
