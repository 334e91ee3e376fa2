"""DO: everything that changes an application or a case.

The applicant starts a draft, saves its pages, attaches, submits, answers a correction, withdraws; officers accept,
ask for correction, give opinions, decide, make and deliver; the machine decides what a rule may decide.
"""

from tongban.handling.cases.services.checking import check_draft
from tongban.handling.cases.services.drafts import (
    attach,
    detach,
    discard_draft,
    merge_answers,
    save_answers,
    start_draft,
)
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
from tongban.handling.cases.services.submission import apply_at_once, resubmit, submit, withdraw
from tongban.handling.cases.services.watch import accept_silent_cases, lapse_uncorrected_cases, refer_stuck_cases

__all__ = [
    "accept",
    "accept_silent_cases",
    "apply_at_once",
    "attach",
    "check_draft",
    "complete_delivery",
    "complete_making",
    "decide",
    "decide_by_machine",
    "detach",
    "discard_draft",
    "give_opinion",
    "lapse_uncorrected_cases",
    "merge_answers",
    "record_export",
    "open_case_file",
    "read_upload",
    "refer_stuck_cases",
    "refuse_acceptance",
    "request_correction",
    "resubmit",
    "save_answers",
    "start_draft",
    "submit",
    "unmask_case",
    "withdraw",
]
