"""Each move with its event, its reason and its guard; holidays; two officers at once."""

from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tongban.foundation.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from tongban.foundation.testing import together
from tongban.people.identity.actors import machine
from tongban.people.workorders import services
from tongban.people.workorders.kinds import Kind, kinds, register_kind
from tongban.people.workorders.models import Note, WorkOrder
from tongban.people.workorders.rules import MoveRefused, is_number
from tongban.people.workorders.tests.conftest import HEALTH, POLICE, TEXT, at
from tongban.trust.crypto.services import decrypt
from tongban.trust.ledger import queries as ledger


def events_of(order):
    return [entry.type.rpartition(".")[2] for entry in ledger.entries_of(order.id)]


def sealed_text(order):
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM workorders_order WHERE id = %s", [order.id])
        return bytes(cursor.fetchone()[0])


@pytest.mark.req("H4")
def test_an_order_goes_through_its_whole_life_with_its_events(town):
    handler, head = town.officer(POLICE, "handler"), town.officer(POLICE, "head")
    with at("2026-11-02 10:00"):
        order = town.raised()
        assert is_number(order.number)
        assert (order.state, order.due_on) == ("open", date(2026, 11, 9))
        assert order.post_id == town.posts[POLICE, "handler"]
        services.take(order.id, actor=handler)
        services.add_note(order.id, text="已联系窗口", internal=True, actor=handler)
        services.add_note(order.id, text="补充：是三号窗口", actor=town.mother)
        services.answer(order.id, outcome="solved", text="已办好", actor=handler)
    with at("2026-11-03 10:00"):
        services.reopen(order.id, reason="还是没办成", actor=town.mother)
        services.take(order.id, actor=head)
        services.answer(order.id, outcome="explained", text="这次办好了", actor=head)
        done = services.close(order.id, actor=town.mother)
    assert (done.state, done.outcome, done.due_on) == ("closed", "explained", date(2026, 11, 10))
    assert events_of(order) == [
        "OrderRaised", "OrderTaken", "OrderNoted", "OrderNoted", "OrderAnswered", "OrderReopened", "OrderTaken",
        "OrderAnswered", "OrderClosed",
    ]  # fmt: skip
    entries = ledger.entries_of(order.id)
    assert entries[5].reason == "还是没办成"
    assert entries[1].actor == str(handler.subject_id)
    assert (entries[0].actor, entries[0].principal) == (str(town.mother.subject_id), town.mother.subject_id)


@pytest.mark.req("D6")
def test_texts_are_stored_encrypted_and_not_in_events(town):
    order = town.answered("李文敏的材料已补齐")
    assert TEXT.encode() not in sealed_text(order)
    assert decrypt(sealed_text(order), bound_to=f"workorders_order.text|{order.id}".encode()).decode() == TEXT
    assert all("李文敏" not in str(entry.payload) for entry in ledger.entries_of(order.id))


def test_an_invalid_order_is_refused_with_instructions(town):
    for given, problem, sentence in (
        ({"text": "  "}, Invalid, "请写明是什么事"),
        ({"text": "x" * 2001}, Invalid, "精简到 2000"),
        ({"kind": "unknown"}, NotFound, "没有这一类工单"),
        ({"department_id": None}, Invalid, "选择由哪个部门"),
        ({"department_id": uuid4()}, NotFound, "没有找到这个部门"),
        ({"post_id": uuid4()}, NotFound, "没有这个岗位"),
    ):
        with pytest.raises(problem, match=sentence):
            town.raised(**given)
    assert not WorkOrder.objects.exists()


def test_handing_an_order_on_moves_the_right_to_handle_it(town):
    order, handler = town.raised(), town.officer(POLICE, "handler")
    services.take(order.id, actor=handler)
    other = town.posts[HEALTH, "window"]
    with pytest.raises(Invalid, match="为什么转交"):
        services.transfer(order.id, post_id=other, reason=" ", actor=handler)
    with pytest.raises(Invalid, match="已经在这个岗位"):
        services.transfer(order.id, post_id=town.posts[POLICE, "handler"], reason="不归我", actor=handler)
    moved = services.transfer(order.id, post_id=other, reason="归卫健委", actor=handler)
    assert (moved.state, moved.taken_by_id, moved.due_on) == ("handed_on", None, order.due_on)
    assert ledger.entries_of(order.id)[-1].reason == "归卫健委"
    with pytest.raises(NotFound):
        services.take(order.id, actor=handler)
    assert services.take(order.id, actor=town.officer(HEALTH, "window")).state == "taken"


def test_only_a_responsible_officer_can_move_an_order(town):
    order = town.raised()
    for stranger in (town.officer(POLICE, "window"), town.officer(HEALTH, "head"), town.father, machine("x")):
        for act in (
            lambda a: services.take(order.id, actor=a),
            lambda a: services.add_note(order.id, text="x", actor=a),
            lambda a: services.withdraw(order.id, actor=a),
        ):
            with pytest.raises(NotFound):
                act(stranger)
    with pytest.raises(NotAllowed):
        services.take(order.id, actor=town.mother)
    with pytest.raises(NotAllowed):
        services.withdraw(order.id, actor=town.officer(POLICE, "head"))
    services.take(order.id, actor=town.officer(POLICE, "handler"))
    with pytest.raises(NotAllowed):  # the head did not take it
        services.answer(order.id, outcome="solved", text="好", actor=town.officer(POLICE, "head"))
    assert events_of(order) == ["OrderRaised", "OrderTaken"]


def test_nobody_handles_an_order_that_they_raised(town):
    handler = town.officer(POLICE, "handler")
    order = town.raised(by=handler)
    with pytest.raises(NotAllowed):
        services.take(order.id, actor=handler)
    assert services.take(order.id, actor=town.officer(POLICE, "head")).state == "taken"


def test_an_answer_needs_a_text_and_an_outcome_of_its_kind(town):
    order, handler = town.raised(), town.officer(POLICE, "handler")
    with pytest.raises(MoveRefused, match="待办"):
        services.answer(order.id, outcome="solved", text="好", actor=handler)
    services.take(order.id, actor=handler)
    for outcome, text in (("granted", "好"), ("", "好"), ("solved", "  ")):
        with pytest.raises(Invalid):
            services.answer(order.id, outcome=outcome, text=text, actor=handler)


def test_an_order_can_be_reopened_only_once(town):
    order = town.answered()
    handler = town.officer(POLICE, "handler")
    with pytest.raises(Invalid, match="哪里不满意"):
        services.reopen(order.id, reason="", actor=town.mother)
    services.reopen(order.id, reason="没有解决", actor=town.mother)
    services.take(order.id, actor=handler)
    services.answer(order.id, outcome="solved", text="好了", actor=handler)
    with pytest.raises(Conflict, match="12345"):
        services.reopen(order.id, reason="还是没有", actor=town.mother)
    with pytest.raises(Conflict, match="不能再补充"):
        services.add_note(order.id, text="x", actor=town.mother)


def test_withdrawing_an_order_ends_it(town):
    order = services.withdraw(town.raised().id, reason="已经办成了", actor=town.mother)
    assert (order.state, events_of(order)[-1]) == ("withdrawn", "OrderWithdrawn")
    with pytest.raises(MoveRefused):
        services.take(order.id, actor=town.officer(POLICE, "handler"))


def test_a_note_by_the_person_who_raised_an_order_is_never_internal(town):
    order = town.raised()
    assert services.add_note(order.id, text="x", internal=True, actor=town.mother).internal is False
    assert services.add_note(order.id, text="y", internal=True, actor=town.officer(POLICE, "head")).internal is True
    assert Note.objects.count() == 2


@pytest.fixture
def more_kinds():
    with kinds.with_more():
        yield


def test_a_room_can_register_a_kind_that_a_machine_raises(town, more_kinds):
    register_kind(Kind("check-data", "数据核对", 3, {"right": "数据无误", "corrected": "已更正"}, post_kind="window"))
    order = town.raised(kind="check-data", by=machine("quality"), about=uuid4())
    window = town.officer(POLICE, "window")
    assert (order.post_id, order.raised_for_id) == (town.posts[POLICE, "window"], None)
    services.take(order.id, actor=window)
    services.answer(order.id, outcome="right", text="核对过", actor=window)
    assert services.close(order.id, actor=window).state == "closed"
    with pytest.raises(NotFound, match="没有这一类工单"):
        town.raised(kind="nothing")


def test_an_overdue_order_is_escalated_once_and_never_on_a_holiday(town):
    """Raised on 30 September: the holiday of 1–7 October does not count, nor do its neighbours' weekends."""
    with at("2026-09-30 16:00"):
        order = town.raised()
        other = town.raised()
        services.take(other.id, actor=town.officer(POLICE, "handler"))
        kept = town.answered()
    assert order.due_on == date(2026, 10, 13)
    for day in ("2026-10-09 00:15", "2026-10-12 00:15", "2026-10-13 23:59"):
        with at(day):
            assert services.escalate_overdue() == 0
    with at("2026-10-14 00:15"):
        assert services.escalate_overdue() == 2
        assert services.escalate_overdue() == 0
    for late in (order, other):
        late.refresh_from_db()
        assert (late.state, late.post_id, late.taken_by_id) == ("escalated", town.posts[POLICE, "head"], None)
        entry = ledger.entries_of(late.id)[-1]
        assert (entry.type, entry.actor) == ("workorders.OrderEscalated", "machine:workorders.escalate")
        assert "超过办理期限" in entry.reason
    kept.refresh_from_db()
    assert kept.state == "answered"
    head = town.officer(POLICE, "head")
    services.take(order.id, actor=head)
    with at("2026-10-20 00:15"):
        assert services.escalate_overdue() == 0
    services.answer(order.id, outcome="solved", text="好", actor=head)
    services.reopen(order.id, reason="没好", actor=town.mother)
    order.refresh_from_db()
    assert order.escalated_at is None


def test_escalating_records_one_entry_per_order_with_few_queries_in_all(town, django_assert_max_num_queries):
    with at("2026-11-02 10:00"):
        for _ in range(30):
            town.raised()
    with at("2026-11-20 00:15"), django_assert_max_num_queries(30 * 3 + 10):
        assert services.escalate_overdue() == 30


def test_an_answered_order_is_closed_after_five_working_days_of_silence(town):
    with at("2026-11-02 10:00"):
        order = town.answered()
    with at("2026-11-09 00:15"):
        assert services.close_silent() == 0
    with at("2026-11-10 00:15"):
        assert services.close_silent() == 1
    order.refresh_from_db()
    assert order.state == "closed"
    assert "自动办结" in ledger.entries_of(order.id)[-1].reason


def test_the_database_refuses_impossible_states(town):
    order = town.raised()
    for change in ({"state": "lost"}, {"state": "taken"}, {"state": "answered"}, {"state": "closed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkOrder.objects.filter(id=order.id).update(**change)


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_officers_can_take_an_order(town):
    order = town.raised()
    officers = [town.officer(POLICE, kind) for kind in ("handler", "head")]
    results = together(*[partial(services.take, order.id, actor=officer) for officer in officers])
    assert sum(isinstance(one, MoveRefused) for one in results) == 1
    assert sum(isinstance(one, DomainError) for one in results) == 1
