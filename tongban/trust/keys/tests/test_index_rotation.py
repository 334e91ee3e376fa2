"""An index key is rotated while people register and look up: old rows are reindexed, the old key retires."""

import threading
import time
from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from tests.waiting import until
from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid, NotAllowed
from tongban.foundation.testing import together
from tongban.people.identity import queries as identities
from tongban.people.identity import services as identity
from tongban.people.identity.models import Account, Subject
from tongban.people.identity.rules import NUMBER_PURPOSE
from tongban.trust.crypto import indexed, indexring, keyring
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.models import IndexKey
from tongban.trust.crypto.services import index_keys, reindexing
from tongban.trust.keys import services, tasks
from tongban.trust.keys.services import indexing
from tongban.trust.keys.tests.conftest import BY
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.services import sequencing

pytestmark = [pytest.mark.usefixtures("_at_once"), pytest.mark.req("D6")]
WHY = "满三年例行轮换"
OLD, NEW = "990102198001010010", "99010219800101003X"


def numbers(count):
    """Valid numbers of invented people."""
    from tongban.foundation.codes import is_resident_number

    found = (f"990102198001{n:05d}" for n in range(1000, 99_999))
    sound = (f"{head}{last}" for head in found for last in "0123456789X" if is_resident_number(f"{head}{last}"))
    return [number for number, _ in zip(sound, range(count), strict=False)]


def person(number, name="李文敏"):
    return identity.register_person(name=name, number=number, division_code="990102", actor=BY)


def index_of(subject):
    return Subject.objects.values_list("number_index", flat=True).get(id=subject.id)


def begun(**ago):
    """Make the newest key older by the given time."""
    key = IndexKey.objects.order_by("-number").first()
    IndexKey.objects.filter(pk=key.pk).update(current_from=clock.now() - timedelta(**ago))
    keyring.forget()
    return key


def retired():
    """Return the keys that retire now, after transactions of parallel tests on the same server have ended."""
    deadline = time.monotonic() + 60
    while not (found := indexing.finish(reason=WHY, actor=BY)) and time.monotonic() < deadline:
        pass
    return [key.number for key in found]


@pytest.fixture
def second(db):
    """Key 2, which has been current for a minute."""
    services.rotate("index", reason=WHY, actor=BY)
    return begun(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_an_index_key_is_rotated_from_start_to_end():
    one, two = numbers(2)
    first = person(one)
    account = identity.open_account("liwenmin", password="yunzhou-2026", subject_id=first.id, actor=BY)
    identity.verify_phone(account.id, phone="13812345678", actor=BY)
    sequencer = sequencing.Sequencer()
    sequencer.sequence()
    sequencer.sign()
    old_index = index_of(first)

    [key] = services.rotate("index", reason=WHY, actor=BY)
    [entry] = ledger.entries_of(key.id)
    assert (entry.type, entry.reason, entry.payload["level"]) == ("keys.KeyRotated", WHY, "index")
    with pytest.raises(Conflict, match="上一次轮换"):
        services.rotate("index", reason=WHY, actor=BY)
    begun(days=3)

    second = person(two, name="王芳")
    assert (index_of(first)[:1] != "k", index_of(second)[:4]) == (True, "k002")
    assert identities.subject_by_number(one) == first
    assert identities.subject_by_number(two) == second
    assert identities.account_by_number(one) == account
    assert identities.account_by_phone("13812345678") == account
    for number in (one, two):
        with pytest.raises(Conflict, match="已经登记"):
            person(number)
    other = identity.open_account("wangfang", password="yunzhou-2026", subject_id=second.id, actor=BY)
    with pytest.raises(Conflict, match="另一个账号"):
        identity.verify_phone(other.id, phone="13812345678", actor=BY)
    assert identity.verify_phone(account.id, phone="13812345678", actor=BY).phone_index[:1] != "k"

    assert reindexing.count() == 2
    said = []
    assert services.reindex(batch=1, reason=WHY, actor=BY, say=said.append) == 2
    assert "identity_subject.number_index: done, 1 rows indexed again" in said
    assert services.reindex(batch=100, reason=WHY, actor=BY) == 0
    assert reindexing.count() == 0
    assert index_of(first) == crypto.blind_index(one, purpose=NUMBER_PURPOSE) != old_index

    def is_retired():
        tasks.tend(timestamp=0)
        return IndexKey.objects.get(number=1).state == "retired"

    until(is_retired)  # transactions of parallel tests on the same server must have ended first
    assert IndexKey.objects.get(number=1).state == "retired"
    assert [e.type for e in ledger.entries_of(IndexKey.objects.get(number=1).id)][-1] == "keys.KeyRetired"
    assert identities.subject_by_number(one) == first
    assert identities.account_by_phone("13812345678") == account
    with pytest.raises(Conflict, match="已经登记"):
        person(one)
    assert len(crypto.blind_indexes(one, purpose=NUMBER_PURPOSE)) == 1
    sequencer.sequence()
    sequencer.sign()
    out = StringIO()
    call_command("ledger", "check", stdout=out)

    [third] = services.rotate("index", reason=WHY, actor=BY)
    assert third.number == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_only_one_of_many_parallel_registrations_of_a_number_succeeds(round_):
    services.rotate("index", reason=WHY, actor=BY)
    begun(minutes=1)
    [number] = numbers(1)
    key_of = {n: indexring.Ring(list(IndexKey.objects.all()), {}).opened[n] for n in (1, 2)}

    def register(mine):
        """Half of them still write under the previous key: their clocks are late, but they know both keys."""
        ring = indexring.Ring(list(IndexKey.objects.all()), {})
        ring.active = (key_of[mine], key_of[3 - mine])
        with transaction.atomic():
            person_under(ring, number)

    outcomes = together(*[partial(register, mine) for mine in (1, 2) * 3])
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict"] * 5 + ["NoneType"]
    assert Subject.objects.filter(number_index__in=crypto.blind_indexes(number, purpose=NUMBER_PURPOSE)).count() == 1


_local = threading.local()


def person_under(ring, number):
    _local.ring = ring
    try:
        return person(number)
    finally:
        del _local.ring


@pytest.fixture(autouse=True)
def _ring_of_a_thread(monkeypatch):
    """Give each thread its own ring, as each process has."""
    fresh = indexring._fresh
    monkeypatch.setattr(indexring, "_fresh", lambda: getattr(_local, "ring", None) or fresh())


@pytest.mark.django_db
def test_the_queue_continues_where_it_stopped(second):
    old = [person_of_before(number) for number in numbers(5)]
    assert reindexing.count() == 5
    assert [services.reindex_some(2) for _ in range(4)] == [2, 2, 1, 0]
    assert all(index_of(one)[:4] == "k002" for one in old)
    key = IndexKey.objects.get(number=1)
    assert (key.state, key.rows) == ("active", 0)
    assert IndexKey.objects.get(number=2).rows == 5


def person_of_before(number):
    """A person whose index is still under key 1."""
    one = person(number)
    index = indexring.of_number(1).index(f"{NUMBER_PURPOSE}\x00{number}".encode())
    Subject.objects.filter(id=one.id).update(number_index=index)
    return one


@pytest.mark.django_db
def test_a_row_that_does_not_match_is_skipped_and_keeps_the_old_key(second, caplog):
    one, two, three = numbers(3)
    broken, twin, sound = person_of_before(one), person_of_before(two), person_of_before(three)
    Subject.objects.filter(id=broken.id).update(number_index="0" * 64)
    taken = crypto.blind_index(two, purpose=NUMBER_PURPOSE)
    Subject.objects.create(
        kind="person", name="x", number=two, number_index=taken, division_code="990102", registered_at=clock.now()
    )
    assert services.reindex(batch=10, reason=WHY, actor=BY) == 1
    assert index_of(sound)[:4] == "k002"
    assert (index_of(broken), index_of(twin)[:1] == "k") == ("0" * 64, False)
    assert f"the index of row {broken.id} is not that of its text" in caplog.text
    assert f"row {twin.id} has a twin" in caplog.text
    assert one not in caplog.text
    begun(days=30)
    services.reindex_some(10)
    assert IndexKey.objects.get(number=1).state == "active"


@pytest.mark.django_db(transaction=True)
def test_the_old_key_stays_while_an_earlier_transaction_is_open():
    services.rotate("index", reason=WHY, actor=BY)
    begun(days=3)
    opened, go_on = threading.Event(), threading.Event()

    def late():
        with transaction.atomic():
            Account.objects.filter(login_name="nobody").update(is_active=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
            opened.set()
            go_on.wait()
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    opened.wait()
    try:
        assert [indexing.finish(reason=WHY, actor=BY) for _ in range(2)] == [[], []]
    finally:
        go_on.set()
        thread.join()
    assert retired() == [1]


@pytest.mark.django_db(transaction=True)
def test_the_old_key_stays_until_short_lived_rows_have_expired():
    services.rotate("index", reason=WHY, actor=BY)
    begun(seconds=indexed.longest_life().total_seconds() - 60)
    indexing.finish(reason=WHY, actor=BY)
    assert indexing.finish(reason=WHY, actor=BY) == []
    begun(seconds=indexed.longest_life().total_seconds() + 60)
    assert retired() == [1]


@pytest.mark.django_db
def test_only_the_security_administrator_can_rotate_and_must_give_a_reason(appoint, guard):
    with pytest.raises(NotAllowed):
        services.rotate("index", reason=WHY, actor=appoint("system-admin"))
    with pytest.raises(Invalid):
        services.rotate("index", reason=" ", actor=guard)
    assert index_keys.unfinished() is False
    assert services.reindex_some(10) == 0
