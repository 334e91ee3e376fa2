"""ASK: drafts and progress for the applicant, to-do lists and case pages for officers, figures for all."""

from tongban.handling.cases.queries.citizen import (
    ApplicationRow,
    Progress,
    added_since,
    application_of,
    applications_before,
    applications_named,
    correction_of,
    ids_of_applicant,
    my_applications,
    own_application,
    own_case,
    own_file,
    progress,
    received_materials,
    what_waits_for,
)
from tongban.handling.cases.queries.desk import (
    CaseFile,
    Filters,
    asked_of,
    case_file,
    done_by,
    items_to_do,
    to_do_counts,
    to_do_list,
)
from tongban.handling.cases.queries.drafts import DraftView, draft, draft_of, why_not_start
from tongban.handling.cases.queries.figures import CityFigures, city_figures
from tongban.handling.cases.queries.invariants import broken_invariants
from tongban.handling.cases.queries.particulars import has_at_hand, may_unmask, particulars

__all__ = [
    "ApplicationRow",
    "CaseFile",
    "CityFigures",
    "DraftView",
    "Filters",
    "Progress",
    "added_since",
    "application_of",
    "applications_before",
    "applications_named",
    "asked_of",
    "broken_invariants",
    "case_file",
    "city_figures",
    "correction_of",
    "done_by",
    "draft",
    "draft_of",
    "has_at_hand",
    "ids_of_applicant",
    "items_to_do",
    "may_unmask",
    "my_applications",
    "own_application",
    "own_case",
    "own_file",
    "particulars",
    "progress",
    "received_materials",
    "to_do_counts",
    "to_do_list",
    "what_waits_for",
    "why_not_start",
]
