"""DO: everything that changes an application or a case.

Applicants start a draft, save its pages, attach files, submit, answer a correction notice and withdraw. Officers
accept, request corrections, give opinions, decide, make and deliver. The machine grants what a rule lets it grant.
"""

from tongban.handling.cases.services.checking import check_draft
from tongban.handling.cases.services.correcting import dispute_fact, read_again
from tongban.handling.cases.services.drafts import (
    NamedFile,
    SavedElsewhere,
    attach,
    detach,
    discard_draft,
    merge_answers,
    save_answers,
    save_materials,
    start_draft,
)
from tongban.handling.cases.services.emptying import discard_idle_drafts, empty_discarded_drafts
from tongban.handling.cases.services.finishing import ChangedElsewhere, Checked, CorrectionsRunning, NotAgreed, finish
from tongban.handling.cases.services.machine import decide_by_machine
from tongban.handling.cases.services.officers import (
    accept,
    complete_delivery,
    complete_making,
    decide,
    give_opinion,
    refuse_acceptance,
    request_correction,
)
from tongban.handling.cases.services.opening import open_case_file, record_export, unmask_case
from tongban.handling.cases.services.reading import read_upload
from tongban.handling.cases.services.recounting import recount_due_days
from tongban.handling.cases.services.submission import (
    Submitted,
    answer_correction,
    apply_at_once,
    resubmit,
    submit,
    submit_draft,
    withdraw,
)
from tongban.handling.cases.services.together import start_in_bundle_or_alone
from tongban.handling.cases.services.unneeded import delete_unneeded_files
from tongban.handling.cases.services.watch import accept_silent_cases, lapse_uncorrected_cases, refer_stuck_cases

__all__ = [
    "ChangedElsewhere",
    "Checked",
    "CorrectionsRunning",
    "NamedFile",
    "NotAgreed",
    "SavedElsewhere",
    "Submitted",
    "accept",
    "accept_silent_cases",
    "answer_correction",
    "apply_at_once",
    "attach",
    "check_draft",
    "complete_delivery",
    "complete_making",
    "decide",
    "decide_by_machine",
    "delete_unneeded_files",
    "detach",
    "discard_draft",
    "discard_idle_drafts",
    "empty_discarded_drafts",
    "dispute_fact",
    "finish",
    "give_opinion",
    "lapse_uncorrected_cases",
    "merge_answers",
    "record_export",
    "recount_due_days",
    "open_case_file",
    "read_again",
    "read_upload",
    "refer_stuck_cases",
    "refuse_acceptance",
    "request_correction",
    "resubmit",
    "save_answers",
    "save_materials",
    "start_draft",
    "start_in_bundle_or_alone",
    "submit",
    "submit_draft",
    "unmask_case",
    "withdraw",
]
