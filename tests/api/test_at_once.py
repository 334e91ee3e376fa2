"""An application in one request is the same as one made step by step, and costs few statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import ITEM, an_item
from tests.api.test_applying import at_once, problem_of, start
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.handling.cases.models import Application, Case, CaseMaterial, NumberSeries, Step
from tongban.handling.cases.services import decide_by_machine
from tongban.handling.cases.tests import factories
from tongban.handling.catalog import services as catalog
from tongban.handling.catalog.schema import Material
from tongban.people.api.models import IdempotencyKey
from tongban.people.datauses.models import DataUse
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.queries.folding import fold_findings

pytestmark = pytest.mark.django_db
MOST = 13
"""The statements of one application in one request, without those for the token and its allowance, and without the
savepoint that stands for the transaction in a test."""


def stamp_of(client) -> str:
    draft = start(client)
    client.send("DELETE", f"/applications/{draft['id']}")
    return str(draft["stamp"])


def columns_of(row, *but):
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in but}


def content_of(number: str):
    """Return what was written for an application, without what differs between any two."""
    application = Application.objects.get(number=number)
    case = application.cases.get()
    keys = ("id", "number", "application_id", "case_id", "created_at", "saved_at", "submitted_at", "received_at")
    keys += ("opened_at", "checked_at", "pages_done")
    answer = {}
    answer["application"] = columns_of(application, *keys)
    answer["case"] = columns_of(case, *keys)
    answer["materials"] = [columns_of(row, *keys) for row in CaseMaterial.objects.filter(case=case)]
    answer["steps"] = [columns_of(row, *keys) for row in Step.objects.filter(case=case).order_by("key")]
    answer["events"] = [e.type for one in (application.id, case.id) for e in ledger.entries_of([one])]
    uses = DataUse.objects.filter(occasion=application.id).order_by("source")
    answer["uses"] = [columns_of(row, "id", "at", "entry_id", "occasion") for row in uses]
    return answer


def test_at_once_writes_what_step_by_step_writes(mother, plain_item):
    draft = start(mother)
    mother.send("PATCH", f"/applications/{draft['id']}/answers", {"answers": {"purpose": "入学"}})
    steps = mother.post(f"/applications/{draft['id']}/submission", {"checked": draft["stamp"]}).json()
    once = at_once(mother, draft["stamp"], purpose="入学").json()
    assert content_of(once["number"]) == content_of(steps["number"])
    assert list(fold_findings()) == []


def test_the_answer_from_memory_is_what_a_later_request_reads(mother, plain_item):
    made = at_once(mother, stamp_of(mother), purpose="入学").json()
    assert mother.get(f"/applications/{made['id']}").json() == made


def test_every_entry_shows_the_rows_as_its_event_left_them(mother, plain_item):
    made = at_once(mother, stamp_of(mother), purpose="入学").json()
    shown = {
        entry.type: entry.payload["rows"]["cases_application"][made["id"]]
        for entry in Entry.objects.filter(subject=made["id"])
    }
    started, submitted = shown["cases.ApplicationStarted"], shown["cases.ApplicationSubmitted"]
    assert (started["state"], started.get("number"), started.get("submitted_at")) == ("draft", None, None)
    assert (submitted["state"], submitted["number"]) == ("submitted", made["number"])
    assert submitted["submitted_at"]
    assert list(fold_findings()) == []


def test_an_application_in_one_request_costs_few_statements(mother, plain_item):
    stamp = stamp_of(mother)
    body = {"kind": "item", "service": ITEM, "answers": {"purpose": "入学"}, "checked": stamp}
    at_once(mother, stamp, purpose="入学")
    with CaptureQueriesContext(connection) as captured:
        answer = mother.send("POST", "/applications", body, Idempotency_Key="few")
    assert answer.status_code == 201
    statements = [query["sql"] for query in captured]
    begun = next(place for place, sql in enumerate(statements) if "api_idempotency_key" in sql)
    own = [sql for sql in statements[begun:] if not sql.startswith(("SAVEPOINT", "RELEASE"))]
    assert len(own) <= MOST, "\n".join(own)
    assert not [sql for sql in own if sql.startswith('UPDATE "cases_application"')], "no draft only to update it"


@pytest.mark.parametrize("wrong", [{"purpose": ""}, {"nonsense": "x"}, {"purpose": "长" * 150}])
def test_a_refusal_leaves_no_half_written_row(mother, plain_item, wrong):
    stamp = stamp_of(mother)

    def everything():
        tables = (Application, Case, CaseMaterial, Step, DataUse, Entry, IdempotencyKey)
        return [table.objects.count() for table in tables] + list(NumberSeries.objects.values_list("last"))

    before = everything()
    body = {"kind": "item", "service": ITEM, "answers": wrong, "checked": stamp}
    problem_of(mother.send("POST", "/applications", body, Idempotency_Key="refused"), 422)
    assert everything() == before
    assert at_once(mother, stamp, purpose="入学").status_code == 201


def test_the_machine_decides_what_was_applied_for_at_once(mother, city, parents):
    materials = (Material(key="id", name="居民身份证", source="licence", licence_type="id-card"),)
    catalog.publish_item(an_item(materials=materials, instant=True), actor=factories.CITY)
    made = at_once(mother, stamp_of(mother), purpose="入学").json()
    run_pending_jobs()
    (case,) = mother.get(f"/applications/{made['id']}").json()["cases"]
    assert (case["state"], len(case["results"])) == ("closed", 1)
    row = Case.objects.get(number=case["number"])
    told = [entry.type for entry in ledger.entries_of([row.id])]
    moves = ["Received", "Accepted", "Granted", "ResultIssued", "ResultDelivering", "CaseClosed"]
    order = [next(place for place, name in enumerate(told) if name.endswith(move)) for move in moves]
    assert order == sorted(order) or order == sorted(order, reverse=True)
    assert list(fold_findings()) == []


DECISION = 18
"""The statements of the machine's decision of an item with one licence (docs/performance.md), without savepoints and
without the two that read the department's seal."""


def test_a_decision_of_the_machine_costs_few_statements(mother, city, parents):
    materials = (Material(key="id", name="居民身份证", source="licence", licence_type="id-card"),)
    catalog.publish_item(an_item(materials=materials, instant=True), actor=factories.CITY)
    stamp = stamp_of(mother)
    at_once(mother, stamp, purpose="入学")
    run_pending_jobs()  # the first decision of a department also makes its seal
    made = at_once(mother, stamp, purpose="落户").json()
    case = Case.objects.get(application_id=made["id"])
    with CaptureQueriesContext(connection) as captured:
        decided = decide_by_machine(case.id)
    assert decided.state == "closed"
    statements = [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    own = [sql for sql in statements if "crypto_" not in sql]
    assert len(own) <= DECISION, "\n".join(own)
