"""Cases beyond the last table of working days, and a table that is replaced after cases were accepted."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.workdays import queries as workdays
from tongban.foundation.workdays import services as calendar_services
from tongban.foundation.workdays.tables import YearTable
from tongban.handling.cases import queries, services
from tongban.handling.cases.models import Case
from tongban.handling.cases.queries.to_do import Filters
from tongban.handling.cases.rules.states import State
from tongban.handling.cases.tests import factories
from tongban.people.identity.testing import signed_in
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.testing import Someone

INSURANCE = "市医疗保障局"
NOTICE = "国办发明电〔2027〕9号"


@pytest.fixture(autouse=True)
def _as_before():
    yield
    workdays.forget()


def on(year, month, day, hour=10):
    return clock.at_moment(datetime(year, month, day, hour, tzinfo=clock.CITY_TIME))


def accepted(city, handled, at, days=90):
    """The maternity case, accepted on the given day with a promise of `days` days."""
    case = factories.case_of(handled, "maternity")
    Case.objects.filter(id=case.id).update(promised_days=days, legal_days=days)
    with at:
        services.accept(case.steps.get(kind="accept").id, actor=city.officer(INSURANCE, "window"))
    case.refresh_from_db()
    return case


def test_field_case_a_90_day_item_accepted_on_2027_08_30_gets_a_provisional_day_in_2028(city, handled, parents):
    """Field case: the table of 2028 is not published."""
    case = accepted(city, handled, on(2027, 8, 30))
    calendar = workdays.calendar()
    assert case.promise_due.year == 2028
    assert calendar.workdays_between(date(2027, 8, 30), case.promise_due) == 90
    assert calendar.is_provisional(case.promise_due)
    with on(2027, 9, 1):
        row = queries.own_case(case.number, parents.mother.subject_id)
        assert row.provisional
        assert row.due == case.promise_due


def test_field_case_the_desk_lists_on_2027_12_15_while_2028_is_not_published(city, handled):
    """Field case: the light of the list looks fifteen working days ahead."""
    case = accepted(city, handled, on(2027, 8, 30))
    officer = city.officer(INSURANCE, "handler")
    with on(2027, 12, 15):
        for colour in ("", "red", "yellow", "green"):
            page = queries.to_do_list(officer, filters=Filters(light=colour))
            assert all(row.light == colour for row in page) or not colour
        assert queries.to_do_counts(officer, filters=Filters())["all"] >= 1
        rows = [row for row in queries.to_do_list(officer, filters=Filters()) if row.case_number == case.number]
        assert rows
        assert all(row.provisional for row in rows)


def published(year=2028, **table):
    """Publish a table, and run what it queues."""
    actor = Someone(str(new_id()))
    calendar_services.publish(YearTable(year, **table), actor=actor, reason=NOTICE)
    return services.recount_due_days(year, notice=NOTICE)


def test_field_case_a_replaced_table_recounts_open_cases_and_tells_everybody(city, handled, parents):
    """Field case: a holiday table is replaced after cases were accepted."""
    case = accepted(city, handled, on(2027, 8, 30))
    before = case.promise_due
    holidays = {date(2028, 1, 3): "元旦", date(2028, 1, 4): "元旦"}
    with on(2027, 11, 20):
        assert published(rest=holidays) == 1
        assert published(rest=holidays) == 0, "nothing moves twice"
    case.refresh_from_db()
    after = workdays.calendar().nth_workday(before, 2)
    assert case.promise_due == case.legal_due == after
    assert not workdays.calendar().is_provisional(after)
    moved = set(case.steps.filter(state="open").values_list("due_before", "due_on"))
    assert moved == {(before, after)}
    entry = ledger.entries_of(case.id)[-1]
    assert entry.type == "cases.DueDaysRecounted"
    assert entry.actor == "machine:recount/1"
    assert entry.reason.startswith(f"{NOTICE}公布后重新计算：承诺办结日由 {before.year} 年")
    with on(2027, 11, 21):
        own = queries.progress(handled)
        assert any("重新计算" in ledger.words_of(one, reader=ledger.Reader.APPLICANT) for one in own.history)
        officer = city.officer(INSURANCE, "handler")
        row, *_ = (row for row in queries.to_do_list(officer, filters=Filters()) if row.case_number == case.number)
        assert (row.due_before, row.due, row.provisional) == (before, after, False)


def test_the_first_promise_is_kept_until_the_day_is_no_later_than_that(city, handled, parents):
    case = accepted(city, handled, on(2027, 8, 30))
    first, mother = case.promise_due, parents.mother
    told = []
    with on(2027, 11, 20):
        for rest in ({3: "元旦"}, {3: "元旦", 4: "元旦"}, {}):
            published(rest={date(2028, 1, day): name for day, name in rest.items()})
            case.refresh_from_db()
            told.append((case.promise_before, case.promise_due > first))
            assert [one.id for one in queries.promises_moved(mother.subject_id, seen_by=mother)] == (
                [case.id] if case.promise_before else []
            )
    assert told == [(first, True), (first, True), (None, False)]
    assert not queries.promises_moved(parents.father.subject_id, seen_by=parents.father), "somebody else's"


def test_a_make_up_day_brings_a_due_day_forward(city, handled):
    case = accepted(city, handled, on(2027, 8, 30))
    with on(2027, 11, 20):
        published(work={date(2028, 1, 2): "补班"})
    before, case = case.promise_due, Case.objects.get(id=case.id)
    assert case.promise_due < before
    assert workdays.calendar().workdays_between(date(2027, 8, 30), case.promise_due) == 90


def test_only_what_lies_behind_the_new_table_is_recounted(city, handled):
    case = accepted(city, handled, on(2027, 8, 30), days=20)
    with on(2027, 11, 20):
        assert published(rest={date(2028, 1, 3): "元旦"}) == 0
    assert Case.objects.get(id=case.id).promise_due == case.promise_due


def test_the_time_to_accept_is_recounted_too(city, handled):
    """The five days of 行政许可法 Art. 32: otherwise silence would accept a case on a day off."""
    case = factories.case_of(handled, "maternity")
    step = case.steps.get(kind="accept")
    received = clock.legal_day(case.received_at)
    off = workdays.calendar().nth_workday(received, 1)
    days = [(day, workdays.calendar().is_workday(day)) for day in _days(off.year)]
    published(
        off.year,
        rest={day: "放假" for day, works in days if day.weekday() < 5 and (not works or day == off)},
        work={day: "补班" for day, works in days if day.weekday() > 4 and works},
    )
    step.refresh_from_db()
    assert step.due_on == workdays.calendar().nth_workday(received, 5)
    assert step.due_on > step.due_before


def _days(year):
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))


def test_the_page_of_a_correction_says_that_its_day_is_provisional(city, handled, parents):
    """Field case: progress and to-do list said 暂定, the page on which one answers did not."""
    case = factories.case_of(handled, "maternity")
    mother = signed_in(parents.mother.subject_id)
    address = reverse("cases:correction", args=[handled.number, case.number])
    with on(2026, 11, 2):
        services.request_correction(
            case.steps.get(kind="accept", state="open").id,
            wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
            actor=city.officer(INSURANCE, "window"),
        )
    text = mother.get(address).content.decode()
    assert " 日前补交" in text
    assert "暂定" not in text
    case.corrections.update(due_on=date(2028, 1, 10))
    assert "2028 年 1 月 10 日（暂定，那一年的放假安排还没有公布）前补交" in mother.get(address).content.decode()


def test_the_time_for_a_correction_never_becomes_shorter(city, handled):
    case = factories.case_of(handled, "maternity")
    with on(2027, 12, 20):
        services.request_correction(
            case.steps.get(kind="accept", state="open").id,
            wanted=[{"material": "medical-bills", "sentence": "请补票据"}],
            actor=city.officer(INSURANCE, "window"),
        )
    due = case.corrections.get().due_on
    with on(2027, 12, 21):
        assert published(work={date(2028, 1, 1): "补班", date(2028, 1, 2): "补班"}) == 0
        assert case.corrections.get().due_on == due
        assert published(rest={date(2028, 1, 3): "元旦"}) == 1
    later = case.corrections.get().due_on
    assert later > due
    case.refresh_from_db()
    assert case.state == State.CORRECTION
    assert "补正期限由" in ledger.entries_of(case.id)[-1].reason


def test_loading_a_table_queues_the_recount(city, handled):
    from procrastinate.contrib.django.models import ProcrastinateJob

    from tongban.foundation.announcements.services import deliver

    with on(2027, 11, 20):
        calendar_services.publish(YearTable(2028), actor=Someone(str(new_id())), reason=NOTICE)
    queued = ProcrastinateJob.objects.filter(
        task_name="announcements.deliver", args__subscriber="cases.calendar_loaded"
    )
    job = queued.latest("id")
    deliver(job.args["entry_id"], "cases.calendar_loaded")
    (recount,) = ProcrastinateJob.objects.filter(task_name="cases.recount_due_days")
    assert recount.args == {"year": 2028, "notice": NOTICE}
    assert recount.scheduled_at is not None
