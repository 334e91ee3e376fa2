"""Announcements: recorded together with the change or not at all, delivered once to each subscriber."""

from dataclasses import dataclass

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from tongban.foundation.announcements.actors import is_machine_name, machine, rule_of
from tongban.foundation.announcements.events import Event
from tongban.foundation.announcements.models import Delivery
from tongban.foundation.announcements.services import announce, announce_many, deliver
from tongban.foundation.announcements.subscriptions import subscriber, subscriptions
from tongban.foundation.announcements.testing import run_pending_jobs
from tongban.foundation.ids import new_id
from tongban.foundation.registry import AlreadyTaken
from tongban.foundation.testing import together
from tongban.trust.ledger.models import Entry
from tongban.trust.ledger.testing import Someone


@dataclass(frozen=True)
class BellRung(Event):
    times: int


@dataclass(frozen=True)
class BellHeard(Event):
    pass


ACTOR = Someone(str(new_id()), principal_id=new_id())


@pytest.fixture
def heard():
    """The announcements received by two subscribers in a registry of their own."""
    calls = []
    with subscriptions.only():

        @subscriber(BellRung)
        def first(announcement):
            calls.append(("first", announcement))

        @subscriber(BellRung)
        def second(announcement):
            calls.append(("second", announcement))

        yield calls


def ring(times: int = 1) -> None:
    announce(BellRung(subject=new_id(), times=times), actor=ACTOR, reason="敲钟")


def only_job() -> ProcrastinateJob:
    return ProcrastinateJob.objects.order_by("id").first()


@pytest.mark.django_db
def test_each_subscriber_receives_the_recorded_event(heard):
    ring(times=3)
    assert run_pending_jobs() == 2
    assert [name for name, _ in heard] == ["first", "second"]
    entry, announcement = Entry.objects.get(), heard[0][1]
    assert (announcement.entry_id, announcement.subject, announcement.at) == (entry.id, entry.subject, entry.at)
    assert (announcement.type, announcement.payload) == ("tests.BellRung", {"times": 3})
    assert (announcement.actor, announcement.principal) == (ACTOR.name_for_record, ACTOR.principal_id)
    assert run_pending_jobs() == 0


@pytest.mark.django_db
def test_an_event_without_subscribers_is_still_recorded(heard):
    announce(BellHeard(subject=new_id()), actor=ACTOR)
    assert Entry.objects.count() == 1
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [True, False])
def test_the_record_and_the_jobs_are_rolled_back_with_the_change(heard, lost):
    class PowerCut(Exception):
        pass

    try:
        with transaction.atomic():
            ring()
            if lost:
                raise PowerCut
    except PowerCut:
        pass
    assert Entry.objects.count() == (0 if lost else 1)
    assert ProcrastinateJob.objects.count() == (0 if lost else 2)
    assert run_pending_jobs() == (0 if lost else 2)


@pytest.mark.django_db
def test_a_second_delivery_does_nothing(heard):
    ring()
    job = only_job()
    run_pending_jobs()
    deliver(Entry.objects.get().id, job.args["subscriber"])
    assert len(heard) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_run_one_job_once(heard):
    ring()
    entry_id, name = Entry.objects.get().id, only_job().args["subscriber"]
    together(*[lambda: deliver(entry_id, name)] * 2)
    assert len(heard) == 1
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_a_failing_subscriber_leaves_nothing_behind_and_may_try_again(heard):
    fails = [True]

    @subscriber(BellHeard)
    def clumsy(announcement):
        ring()
        if fails:
            fails.clear()
            raise ValueError("stumbled")

    announce(BellHeard(subject=new_id()), actor=ACTOR)
    job = only_job()
    with pytest.raises(ValueError, match="stumbled"):
        run_pending_jobs()
    assert Entry.objects.count() == 1
    assert not Delivery.objects.exists()
    assert ProcrastinateJob.objects.get(id=job.id).status == "failed"
    deliver(Entry.objects.get().id, job.args["subscriber"])
    assert Delivery.objects.count() == 1
    assert Entry.objects.count() == 2


@pytest.mark.django_db
def test_an_event_announced_by_a_subscriber_is_delivered_too(heard):
    @subscriber(BellHeard)
    def rings_again(announcement):
        ring()

    announce(BellHeard(subject=new_id()), actor=ACTOR)
    assert run_pending_jobs() == 3
    assert len(heard) == 2


@pytest.mark.django_db
def test_a_subscriber_that_no_longer_exists_is_skipped_and_logged(heard, caplog):
    ring()
    with subscriptions.only():
        assert run_pending_jobs() == 2
    assert heard == []
    entry = Entry.objects.get()
    assert [one.message for one in caplog.records if one.name == "tongban.announcements"] == [
        f"entry {entry.id} (tests.BellRung): there is no subscriber tests.{name}, so nothing was delivered"
        for name in ("first", "second")
    ]


def test_a_second_subscriber_of_the_same_name_stops_the_start(heard):
    def first(announcement):
        """Another function of the name."""

    with pytest.raises(AlreadyTaken):
        subscriber(BellRung)(first)
    subscriber(BellHeard)(first)


@pytest.mark.django_db
def test_an_endless_chain_of_events_is_detected(heard):
    @subscriber(BellHeard)
    def echoes(announcement):
        announce(BellHeard(subject=announcement.subject), actor=ACTOR)

    announce(BellHeard(subject=new_id()), actor=ACTOR)
    with pytest.raises(AssertionError, match="queueing itself"):
        run_pending_jobs(limit=10)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_delivers_events(heard):
    from procrastinate.contrib.django import app

    ring()
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(queues=["announcements"], wait=False, install_signal_handlers=False, listen_notify=False)
    assert sorted(name for name, _ in heard) == ["first", "second"]
    delivered = ProcrastinateJob.objects.filter(queue_name="announcements")  # periodic tasks may be queued as well
    assert list(delivered.values_list("status", flat=True)) == ["succeeded", "succeeded"]


@pytest.mark.django_db
def test_several_events_are_recorded_in_order_and_each_is_delivered(heard):
    where = new_id()
    ids = announce_many(
        [BellHeard(subject=where), *(BellRung(subject=where, times=n) for n in (1, 2))], actor=ACTOR, reason="敲钟"
    )
    recorded = Entry.objects.in_bulk(ids)
    assert [(recorded[key].type, recorded[key].payload.get("times")) for key in ids] == [
        (BellHeard.type_name(), None), (BellRung.type_name(), 1), (BellRung.type_name(), 2),
    ]  # fmt: skip
    assert run_pending_jobs() == 4
    assert sorted((name, told.payload["times"]) for name, told in heard) == [
        ("first", 1), ("first", 2), ("second", 1), ("second", 2),
    ]  # fmt: skip
    assert {told.entry_id for _, told in heard} == set(ids[1:])


@pytest.mark.django_db
def test_announcing_no_events_records_nothing(heard):
    assert announce_many([], actor=ACTOR) == []
    assert not Entry.objects.exists()


def test_a_machine_is_recognised_by_its_recorded_name():
    assert is_machine_name(machine("cases.decide/2").name_for_record)
    assert rule_of(machine("cases.decide/2").name_for_record) == "cases.decide/2"
    assert not is_machine_name(ACTOR.name_for_record)
    assert rule_of(ACTOR.name_for_record) == ""
