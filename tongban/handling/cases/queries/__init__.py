"""ASK: drafts and progress for applicants, to-do lists and case files for officers, and the city's figures."""

from tongban.handling.cases.models import Application as Application
from tongban.handling.cases.models import Step as Step
from tongban.handling.cases.queries.again import births_to_apply_for, finished_for_now, may_apply_again
from tongban.handling.cases.queries.casefile import (
    CaseFile,
    MaterialOfFile,
    StepOfFile,
    case_file,
    is_own_task,
    policy_questions,
)
from tongban.handling.cases.queries.drafts import (
    DraftView,
    draft,
    draft_of,
    shown_fact,
    why_not_start,
)
from tongban.handling.cases.queries.figures import CityFigures, city_figures
from tongban.handling.cases.queries.invariants import broken_invariants
from tongban.handling.cases.queries.lists import (
    ApplicationRow,
    applications_before,
    applications_named,
    cases_awaiting_correction,
    ids_of_applicant,
    my_applications,
    newest_applications,
    open_application,
    overdue_cases,
    promises_moved,
)
from tongban.handling.cases.queries.recounting import due_days_moved_by
from tongban.handling.cases.queries.timeline import (
    Progress,
    added_since,
    application_of,
    case_rows,
    correction_of,
    own_case,
    own_file,
    progress,
    received_materials,
    rows_of_new,
    submitted_application,
)
from tongban.handling.cases.queries.to_do import (
    Filters,
    ToDo,
    done_by,
    items_to_do,
    most_urgent,
    open_steps_by_post,
    to_do_counts,
    to_do_list,
)
from tongban.handling.cases.queries.unmasking import has_open_case_of, may_unmask, unmask_target, unmasked_rows
from tongban.handling.cases.queries.way_back import WayBack, way_back
from tongban.handling.cases.rules.materials import Way
from tongban.handling.cases.rules.steps import StepOutcome

__all__ = [
    "Application",
    "ApplicationRow",
    "CaseFile",
    "CityFigures",
    "DraftView",
    "Filters",
    "ToDo",
    "MaterialOfFile",
    "Progress",
    "Step",
    "StepOfFile",
    "StepOutcome",
    "Way",
    "WayBack",
    "added_since",
    "application_of",
    "applications_before",
    "applications_named",
    "broken_invariants",
    "births_to_apply_for",
    "case_file",
    "case_rows",
    "cases_awaiting_correction",
    "promises_moved",
    "city_figures",
    "correction_of",
    "done_by",
    "open_steps_by_post",
    "draft",
    "due_days_moved_by",
    "draft_of",
    "finished_for_now",
    "has_open_case_of",
    "ids_of_applicant",
    "is_own_task",
    "items_to_do",
    "may_apply_again",
    "may_unmask",
    "my_applications",
    "most_urgent",
    "newest_applications",
    "open_application",
    "overdue_cases",
    "own_case",
    "own_file",
    "policy_questions",
    "progress",
    "received_materials",
    "shown_fact",
    "rows_of_new",
    "submitted_application",
    "to_do_counts",
    "to_do_list",
    "unmask_target",
    "unmasked_rows",
    "way_back",
    "why_not_start",
]
