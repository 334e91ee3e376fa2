"""`bench lists`: to-do list, my cases and case search on existing data, compared with hand-written SQL."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from tongban.bench.figures import Figures, percentiles, ratio, timed
from tongban.bench.problems import Problems
from tongban.handling.cases import queries
from tongban.handling.cases.models import Application, Case, Step
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Appointment

TODO_SQL = """
SELECT s.id, c.number, c.name, s.name, s.kind, a.applicant_id, a.title, s.round, s.due_on, c.promised_days
FROM cases_step s JOIN cases_case c ON c.id = s.case_id JOIN cases_application a ON a.id = c.application_id
WHERE s.state = 'open' AND s.department_id = %s AND s.post = %s ORDER BY s.due_on NULLS LAST, s.id LIMIT 20
"""
MINE_SQL = """
SELECT a.id, a.number, a.title, a.state, a.submitted_at, count(c.id), count(c.id) FILTER (WHERE c.closed_at IS NOT NULL)
FROM (SELECT * FROM cases_application WHERE applicant_id = %s AND state <> 'discarded'
      ORDER BY created_at DESC LIMIT 10) a
LEFT JOIN cases_case c ON c.application_id = a.id GROUP BY a.id, a.number, a.title, a.state, a.submitted_at
"""
FIND_SQL = "SELECT id, number, name, state FROM cases_case WHERE number = %s"


def run(problems: Problems, *, times: int = 60) -> Figures:
    """Measure each list: percentiles, number of queries, and ratio to the bare SQL."""
    step = (
        Step.objects.filter(state="open")
        .exclude(post="")
        .values("department_id", "post")
        .annotate(n=Count("id"))
        .order_by("-n")
    ).first()
    applicant = Application.objects.values("applicant_id").annotate(n=Count("id")).order_by("-n").first()
    if step is None or applicant is None:
        problems.add("there are no cases")
        return {"bench": "lists"}
    held = Appointment.objects.filter(post__department_id=step["department_id"], post__kind=step["post"], until=None)
    officer = identity.actor_of_subject(held.values_list("subject_id", flat=True)[0])
    waiting = {"steps__state": "open", "steps__department_id": step["department_id"], "steps__post": step["post"]}
    some = Case.objects.filter(**waiting).order_by("id").first()
    number, words = (some.number, some.name[:4]) if some else ("", "")
    empty = queries.Filters()
    post: list[str | UUID] = [step["department_id"], step["post"]]
    return {
        "bench": "lists",
        "cases": Case.objects.count(),
        "to_do_of_the_busiest_post": step["n"],
        "applications_of_the_busiest_applicant": applicant["n"],
        "to_do_list": _measured(lambda: _to_do(officer, empty), TODO_SQL, post, times, problems),
        "to_do_list_by_item_name": _measured(
            lambda: _to_do(officer, queries.Filters(q=words)), TODO_SQL, post, times, problems, same_rows=False
        ),
        "case_search_by_number": _measured(
            lambda: _to_do(officer, queries.Filters(q=number)), FIND_SQL, [number], times, problems
        ),
        "my_cases": _measured(
            lambda: len(queries.my_applications(applicant["applicant_id"])[0].object_list),
            MINE_SQL,
            [applicant["applicant_id"]],
            times,
            problems,
        ),
    }


def _to_do(officer: Actor, filters: queries.Filters) -> int:
    """Ask for all that the page shows, and return the number of rows."""
    rows = len(queries.to_do_list(officer, filters=filters).object_list)
    queries.to_do_counts(officer, filters=filters)
    queries.items_to_do(officer)
    return rows


def _measured(
    ours: Callable[[], int],
    sql: str,
    arguments: Sequence[str | UUID],
    times: int,
    problems: Problems,
    *,
    same_rows: bool = True,
) -> Figures:
    """Measure a list that returns its number of rows, which has to be that of the bare SQL (or any but 0)."""
    with CaptureQueriesContext(connection) as captured:
        rows = ours()
    found = percentiles(timed(lambda: problems.expect(ours() == rows, "a list has other rows now"), times=times))

    def bare() -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return len(cursor.fetchall())

    wanted = bare()
    problems.expect(rows == wanted if same_rows else rows > 0, f"a list has {rows} rows, and its bare SQL {wanted}")
    limit = percentiles(timed(bare, times=times))
    return {
        **found,
        "rows": rows,
        "queries": len(captured),
        "bare_p50_ms": limit["p50_ms"],
        "ratio": ratio(limit["p50_ms"], found["p50_ms"]),
    }
