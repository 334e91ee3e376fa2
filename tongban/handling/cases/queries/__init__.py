"""ASK: drafts and progress for the applicant, to-do lists and case pages for officers, figures for all."""

from tongban.handling.cases.queries.citizen import (
    ApplicationRow,
    Progress,
    application_of,
    my_applications,
    progress,
    what_waits_for,
)
from tongban.handling.cases.queries.desk import (
    CaseFile,
    Filters,
    case_file,
    done_by,
    items_to_do,
    to_do_counts,
    to_do_list,
)
from tongban.handling.cases.queries.drafts import DraftView, draft
from tongban.handling.cases.queries.figures import city_figures
from tongban.handling.cases.queries.invariants import broken_invariants

__all__ = [
    "ApplicationRow",
    "CaseFile",
    "DraftView",
    "Filters",
    "Progress",
    "application_of",
    "broken_invariants",
    "case_file",
    "city_figures",
    "done_by",
    "draft",
    "items_to_do",
    "my_applications",
    "progress",
    "to_do_counts",
    "to_do_list",
    "what_waits_for",
]
