"""The audit administrator searches the ledger; look-ups and exports are recorded, and nobody else gets in."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.handling.cases.tests import factories
from tongban.people.datauses.models import DataUse
from tongban.people.identity import services as identities
from tongban.people.identity.testing import signed_in, with_phone
from tongban.people.organisation import services as organisation
from tongban.people.signin.testing import confirm, prove_again
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger import services
from tongban.trust.ledger.models import Alarm, Entry

pytestmark = pytest.mark.req("H5")
REASON = "办理第 12 号信访件"
PERSON = "990102199403121228"
WANTED = {"type": "organisation.DepartmentEstablished", "export_reason": "答复市审计局第 3 号调阅函"}


@pytest.fixture
def city(db):
    """A city with departments, officers, and the three administrators at one department."""
    made = factories.make_city()
    for kind in ("system-admin", "security-admin", "audit-admin"):
        organisation.establish_post(made.departments["市公安局"], kind=kind, name=kind, actor=factories.CITY)
    return made


def admin(city, kind="audit-admin") -> Client:
    return prove_again(signed_in(factories.make_officer(city, "市公安局", kind).subject_id))


def page(client, **asked):
    response = client.get("/audit/", asked)
    assert response.status_code == 200
    return response.content.decode()


def test_only_the_audit_administrator_has_access(city):
    addresses = ("/audit/", f"/audit/entries/{Entry.objects.first().id}/")
    for kind in ("system-admin", "security-admin"):
        assert {admin(city, kind).get(address).status_code for address in addresses} == {403}
    head = signed_in(city.officer("市公安局", "head").subject_id)
    assert head.get("/audit/").status_code == 403
    assert head.post("/audit/export/").status_code == 403
    assert head.post("/audit/person/", {"number": PERSON, "reason": REASON}).status_code == 403
    assert Client().get("/audit/").status_code == 302
    assert admin(city).get("/audit/").status_code == 200


def test_entries_are_found_by_event_department_officer_and_time(city):
    client = admin(city)
    assert "设立部门" in page(client, type="organisation.DepartmentEstablished")
    assert "没有符合条件" in page(client, type="cases.CaseGranted")
    officer = city.officer("市公安局", "head")
    record(officer)
    department = str(city.departments["市公安局"])
    assert "王审核" not in page(client, department=department, type="organisation.DepartmentEstablished")
    assert "打开办件" in page(client, department=department, group="access")
    assert "打开办件" in page(client, who="王审核", group="access")
    assert "没有符合条件" in page(client, who="张三丰", group="access")
    assert "没有符合条件" in page(client, department=str(city.departments["市民政局"]), group="access")
    yesterday = (clock.legal_day(clock.now()) - timedelta(days=1)).isoformat()
    assert "没有符合条件" in page(client, until=yesterday, group="access")


def record(actor, number="26112599010200400001X"):
    from tongban.foundation.announcements.services import announce
    from tongban.handling.cases import events

    return announce(events.CaseFileOpened(subject=new_id(), number=number, application=new_id()), actor=actor)


def test_entries_are_found_by_case_number(city):
    record(city.officer("市公安局", "head"), "26112599010200400001X")
    record(city.officer("市公安局", "head"), "26112599010200400002X")
    shown = page(admin(city), case="2611 2599 0102 0040 0001 x")
    assert shown.count("/audit/entries/") == 1


def test_administrators_acts_have_their_own_list(city):
    record(city.officer("市公安局", "head"))
    shown = page(admin(city), group="admin")
    assert "任命" in shown
    assert ">打开办件<" not in shown.partition("<tbody")[2]


@pytest.mark.req("D7")
def test_a_search_by_number_needs_a_reason_and_is_shown_to_the_person(city):
    person = identities.register_person(name="李文敏", number=PERSON, division_code="990102", actor=factories.CITY)
    client = admin(city)
    answer = client.post("/audit/person/", {"number": PERSON, "reason": REASON})
    assert answer.status_code == 302
    assert PERSON not in answer["Location"]
    assert str(person.id) not in answer["Location"]
    shown = client.get(answer["Location"]).content.decode()
    assert "登记自然人" in shown
    assert shown.count("/audit/entries/") == 3, "her registration, that the search was allowed, and the search itself"
    searched = Entry.objects.get(type="audit.PersonSearched")
    assert (searched.subject, searched.reason) == (person.id, REASON)
    assert DataUse.objects.get(kind="searched").subject_id == person.id
    other = admin(city, "audit-admin").get(answer["Location"])
    assert other.status_code == 404, "the address opens nothing for another administrator"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": PERSON, "reason": REASON}, "没有这个证件号码的登记"),
        ({"number": PERSON, "reason": "看看"}, "6 至 200 个字"),
        ({"number": "", "reason": REASON}, "这个字段是必填项"),
    ],
)
def test_errors_in_a_search_for_a_person_are_shown_and_the_input_is_kept(city, typed, said):
    response = admin(city).post("/audit/person/", typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert typed["reason"] in response.content.decode()


@pytest.mark.parametrize("asked", [{"since": "nonsense"}, {"since": "2026-11-02", "until": "2026-11-01"}])
def test_invalid_conditions_are_reported(city, asked):
    assert 'href="#id_since"' in page(admin(city), **asked)


@pytest.mark.parametrize("asked", [{"after": "x"}, {"type": "x.Y"}, {"group": "x"}, {"who": "machine:nobody"}])
def test_nonsense_conditions_do_not_crash_the_search(city, asked):
    page(admin(city), **asked)


def test_pages_follow_each_other_without_gaps(city):
    officer = city.officer("市公安局", "head")
    made = [record(officer) for _ in range(120)]
    seen, after = [], ""
    wanted = ledger.Search(
        since=clock.now() - timedelta(days=1),
        until=clock.now() + timedelta(days=1),
        types=("cases.CaseFileOpened", "cases.MaterialRead"),
        actors=(officer.name_for_record,),
    )
    for _ in range(4):
        found = ledger.search(wanted, after=after)
        seen += [row.id for row in found.rows]
        after = found.next
        if not after:
            break
    assert seen == made[::-1]


def test_a_detail_shows_the_reason_and_the_fields(city):
    appointment = Entry.objects.filter(type="identity.AppointmentMade").first()
    shown = admin(city).get(f"/audit/entries/{appointment.id}/").content.decode()
    assert "任命" in shown
    assert str(appointment.payload["post"]) in shown
    assert admin(city).get(f"/audit/entries/{new_id()}/").status_code == 404


@pytest.mark.req("H4")
def test_a_ledger_alarm_is_shown_at_the_top_until_it_is_closed(city):
    client = admin(city)
    assert "账本告警 " not in page(client)
    services.raise_alarm("mismatch", "cases_case 1: decision is granted, but entry 2 has denied")
    text = page(client)
    assert "账本告警 1 条" in text
    assert "decision is granted" in text
    alarm = Alarm.objects.get()
    services.end_alarm(alarm.id, reason="已核实", actor=city.officer("市公安局", "head"))
    assert "账本告警 1 条" not in page(client)


def test_an_export_has_its_watermark_and_is_recorded(city):
    client = admin(city)
    response = client.post("/audit/export/", WANTED)
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][0].startswith("水印：王*核 公安局 于")
    assert len(rows) == 2 + len(factories.DEPARTMENTS)
    exported = Entry.objects.get(type="audit.EntriesExported")
    assert str(exported.subject) in rows[0][0]
    assert exported.payload["entries"] == len(factories.DEPARTMENTS)
    assert exported.reason == WANTED["export_reason"]
    (allowed,) = [e for e in ledger.entries_of(exported.subject) if e.type == "identity.Authorised"]
    assert (allowed.payload["action"], allowed.payload["purpose"]) == ("audit.export", "审计")
    assert client.get("/audit/export/").status_code == 405


@pytest.mark.parametrize("reason", ["", "看看", "字" * 201])
def test_an_export_without_a_reason_is_returned_with_its_conditions(city, reason):
    response = admin(city).post("/audit/export/", WANTED | {"export_reason": reason})
    shown = response.content.decode()
    assert response.status_code == 422
    assert "6 至 200 个字写明" in shown
    assert reason in shown
    assert '<input type="hidden" name="type" value="organisation.DepartmentEstablished">' in shown
    assert "设立部门" in shown.partition("<tbody")[2], "the entries are still there"
    assert 'href="?' not in shown, "links lead to the search, not to the export"
    assert not Entry.objects.filter(type="audit.EntriesExported").exists()


@pytest.mark.req("B3")
def test_an_export_and_a_search_for_a_person_ask_for_a_proof_first(city):
    client = with_phone(factories.make_officer(city, "市公安局", "audit-admin").subject_id)
    identities.register_person(name="李文敏", number=PERSON, division_code="990102", actor=factories.CITY)
    asked = client.post("/audit/export/", WANTED)
    assert client.post("/audit/person/", {"number": PERSON, "reason": REASON})["Location"].startswith("/confirm/")
    assert not Entry.objects.filter(type__in=["audit.EntriesExported", "audit.PersonSearched"]).exists()
    client.post("/audit/export/", WANTED)
    rows = list(csv.reader(io.StringIO(confirm(client, asked).content.decode("utf-8-sig"))))
    assert len(rows) == 2 + len(factories.DEPARTMENTS)
    head = signed_in(city.officer("市公安局", "head").subject_id)
    assert head.post("/audit/export/").status_code == 403, "no question for those who may not do it"


@pytest.mark.parametrize("lead", ["time", "type", "actor", "subject", "case"])
@pytest.mark.django_db
def test_each_search_uses_an_index(lead):
    """With many rows, the planner uses the index of the leading condition and sorts no more than a page of each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (id, type, version, subject, actor, at, reason, payload)"
            " SELECT gen_random_uuid(), 'cases.T' || i %% 40, 1, gen_random_uuid(), 'machine:r' || i %% 60,"
            " now() - i * interval '1 second', '', jsonb_build_object('number', 'C' || i %% 5000)"
            " FROM generate_series(1, %s) AS i",
            [30000],
        )
        cursor.execute("ANALYZE ledger_entry")
    given = {
        "time": {},
        "type": {"types": ("cases.T1", "cases.T2")},
        "actor": {"actors": ("machine:r1", "machine:r2")},
        "subject": {"subjects": (new_id(), new_id())},
        "case": {"case_number": "C77"},
    }[lead]
    since = clock.now() - timedelta(days=400)
    sql, values = ledger.statement(
        ledger.Search(since=since, until=clock.now(), **given), after=f"{clock.now().isoformat()}_{new_id()}", limit=51
    )
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    index = {"time": "by_time", "type": "of_type", "actor": "of_actor", "subject": "of_subject", "case": "of_case"}[
        lead
    ]
    assert f"entries_{index}" in plan, plan
    assert "Seq Scan" not in plan, plan


def test_the_number_of_queries_does_not_grow_with_the_entries(city, django_assert_max_num_queries):
    for _ in range(60):
        record(city.officer("市公安局", "head"))
    client = admin(city)
    client.get("/audit/")
    with django_assert_max_num_queries(22):
        page(client)


def test_entries_of_a_machine_are_found_by_its_name(city):
    assert "test-city" in page(admin(city), who="machine:test-city", since=date(2026, 1, 1).isoformat())


def test_a_wrong_date_is_refused_in_the_same_words_as_elsewhere(city):
    response = admin(city).get("/audit/", {"since": "xx", "until": "yy"})
    text = response.content.decode()
    assert "请按 2026-12-31 这样填写日期" in text
    assert "输入一个有效的日期" not in text
