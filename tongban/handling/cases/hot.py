"""What every submission and every decision of the machine reads and draws, as prepared statements.

A test compares each with what the ORM reads. The writes of these paths are `foundation.writing` and the ledger's.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from uuid import UUID

from tongban.foundation.prepared import fetch, fetch_one
from tongban.foundation.rows import columns, instance, width
from tongban.handling.cases.models import Application, Case, Step
from tongban.people.organisation.queries import Department

DRAFT = "SELECT 1 FROM cases_application WHERE applicant_id = %s AND service = %s AND state = 'draft'"
UPLOADS = "SELECT material, file_id FROM cases_attachment WHERE application_id = %s AND removed_at IS NULL"
OTHERS = "SELECT 1 FROM cases_case WHERE application_id = %s AND id <> %s AND state <> ALL(%s) LIMIT 1"
WAITING = """
SELECT 1 FROM cases_dependency d JOIN cases_case c ON c.id = d.case_id
WHERE d.predecessor_id = %s AND c.state = 'waiting' LIMIT 1
"""
DRAW = """
INSERT INTO cases_number_series (day, department_code, last)
SELECT %s, code, many FROM unnest(%s::text[], %s::int[]) AS wanted (code, many) ORDER BY code
ON CONFLICT (day, department_code) DO UPDATE SET last = cases_number_series.last + EXCLUDED.last
RETURNING department_code, last
"""


def has_draft(applicant_id: UUID, service: str) -> bool:
    """Return whether the applicant has a draft for a service."""
    return fetch_one(DRAFT, [applicant_id, service]) is not None


def uploads_of(application_id: UUID) -> dict[str, UUID]:
    """Return material -> the file that the applicant uploaded for it."""
    return dict(fetch(UPLOADS, [application_id]))


def has_other_case(case: Case, *, but_in: frozenset[str]) -> bool:
    """Return whether the case's application has another case, in none of the given states."""
    return fetch_one(OTHERS, [case.application_id, case.id, list(but_in)]) is not None


def has_waiting_follower(case: Case) -> bool:
    """Return whether another case waits for this one."""
    return fetch_one(WAITING, [case.id]) is not None


def draw(day: date, wanted: Mapping[str, int]) -> dict[str, int]:
    """Draw as many numbers of each department as `wanted` says; return the last one of each.

    Locks the departments' series of the day in the order of their codes until the transaction ends.
    """
    return dict(fetch(DRAW, [day, list(wanted), list(wanted.values())]))


def lock_application_of(case_id: UUID) -> Application | None:
    """Lock and return the application of a case, or None."""
    row = fetch_one(_application_sql(), [case_id])
    return instance(Application, row) if row else None


def lock_case_of(application: Application, case_id: UUID) -> Case | None:
    """Lock and return a case, its application being locked, with its department, or None."""
    row = fetch_one(_case_sql(), [case_id])
    if row is None:
        return None
    case = instance(Case, row[: width(Case)])
    case.application, case.department = application, instance(Department, row[width(Case) :])
    return case


def open_machine_step(case: Case) -> Step | None:
    """Return the open step of the machine in the present round of a case, or None."""
    row = fetch_one(_step_sql(), [case.id, case.round])
    step = instance(Step, row) if row else None
    if step is not None:
        step.case, step.department = case, case.department
    return step


@cache
def _application_sql() -> str:
    return (
        f"SELECT {columns(Application, 'a')} FROM cases_application a"
        " WHERE a.id = (SELECT application_id FROM cases_case WHERE id = %s) FOR UPDATE"
    )


@cache
def _case_sql() -> str:
    return (
        f"SELECT {columns(Case, 'c')}, {columns(Department, 'd')} FROM cases_case c"
        " JOIN organisation_department d ON d.id = c.department_id WHERE c.id = %s FOR UPDATE OF c"
    )


@cache
def _step_sql() -> str:
    return (
        f"SELECT {columns(Step, 's')} FROM cases_step s"
        " WHERE s.case_id = %s AND s.round = %s AND s.kind = 'machine' AND s.state = 'open'"
    )
