"""Each recorded entry gets exactly one position, in any order and from any number of processes, under valid heads."""

import json
import threading

import pytest
from django.db import connection, transaction

from tests.waiting import until
from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.foundation.testing import together
from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import merkle, queries, services
from tongban.trust.ledger.leaves import fits
from tongban.trust.ledger.models import Entry, Head, Leaf, Node, Pending
from tongban.trust.ledger.queries import tree
from tongban.trust.ledger.services import recording, sequencing
from tongban.trust.ledger.statements import TreeHead, moment
from tongban.trust.ledger.testing import Someone, sequence_now
from tongban.trust.ledger.tests.conftest import BookLent, as_superuser, lend


def hashes():
    return [bytes(one) for one in Leaf.objects.order_by("position").values_list("hash", flat=True)]


@pytest.mark.django_db
@pytest.mark.req("H4")
def test_entries_get_positions_in_the_order_of_their_ids():
    made = lend(40)
    assert Pending.objects.count() == 40
    head = sequence_now()
    placed = list(Leaf.objects.order_by("position").values_list("position", "entry_id"))
    assert placed == list(enumerate(sorted(made)))
    assert not Pending.objects.exists()
    assert head.size == 40
    assert bytes(head.root) == merkle.root(hashes())
    statement = TreeHead(40, bytes(head.root), moment(head.at)).statement()
    assert crypto.verify(crypto.public_key("ledger"), statement, bytes(head.signature))


@pytest.mark.django_db
def test_a_later_entry_gets_a_later_position_even_with_a_smaller_id():
    early = new_id()
    lend(3)
    sequence_now()
    Entry.objects.create(
        id=early, type="tests.Late", version=1, subject=new_id(), actor="machine:late", at=Head.objects.get().at
    )
    sequence_now()
    assert Leaf.objects.get(entry_id=early).position == 3


@pytest.mark.django_db
def test_rows_inserted_by_copy_or_orm_are_sequenced_too():
    who, shelf = Someone("machine:copy"), new_id()
    events = [BookLent(subject=new_id(), shelf=shelf, row=row) for row in range(30)]
    columns = "id, type, version, subject, actor, principal, at, reason, payload"
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY ledger_entry ({columns}) FROM STDIN") as out:
        for event in events:
            out.write_row(recording._row(event, who, clock.now(), "批量"))
    Entry.objects.bulk_create([Entry(type="t.B", version=1, subject=new_id(), actor="machine:b", at=clock.now())])
    assert Pending.objects.count() == 31
    assert sequence_now().size == 31


@pytest.mark.django_db
@pytest.mark.parametrize("sizes", [[1] * 17, [16, 1, 15, 33], [100, 200, 1], [5, 300]])
def test_batches_of_any_size_produce_the_same_tree(sizes):
    for size in sizes:
        lend(size)
        sequencer = services.Sequencer()
        while sequencer.sequence(limit=37):
            pass
        sequencer.sign()
    leaves = hashes()
    total = sum(sizes)
    assert len(leaves) == total
    for head in Head.objects.all():
        assert bytes(head.root) == merkle.root(leaves[: head.size]) == tree.root(head.size)
    for node in Node.objects.all():
        assert node.level % 4 == 0
        assert bytes(node.hash) == merkle.root(leaves[node.index << node.level : (node.index + 1) << node.level])
    assert Node.objects.count() == total // 16 + total // 256


@pytest.mark.django_db
def test_proofs_from_stored_nodes_verify_for_all_positions_and_sizes():
    lend(300)
    sequence_now()
    leaves = hashes()
    for size in (1, 2, 15, 16, 17, 255, 256, 257, 300):
        root = merkle.root(leaves[:size])
        for position in {0, 1, size // 2, size - 1}:
            if position < size:
                proof = queries.inclusion(position, size)
                path = [bytes.fromhex(one) for one in proof["path"]]
                assert merkle.verify_inclusion(leaves[position], position, size, path, root)
        path = [bytes.fromhex(one) for one in queries.consistency(size, 300)["path"]]
        assert merkle.verify_consistency(size, 300, root, merkle.root(leaves), path)


@pytest.mark.django_db
def test_a_sequencer_continues_where_another_stopped():
    first, second = services.Sequencer(), services.Sequencer()
    for turn in range(6):
        lend(7)
        (first if turn % 2 else second).sequence()
    second.sign()
    assert bytes(Head.objects.get().root) == merkle.root(hashes())


@pytest.mark.django_db
def test_no_head_is_signed_without_new_entries():
    assert sequence_now() is None
    lend()
    assert sequence_now().size == 1
    assert services.Sequencer().sign() is None
    assert Head.objects.count() == 1


@pytest.mark.django_db
def test_an_entry_deleted_before_sequencing_is_reported_and_blocks_nothing(caplog):
    gone, *rest = lend(3)
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [gone])
    assert sequence_now().size == 2
    assert str(gone) in caplog.text
    assert set(Leaf.objects.values_list("entry_id", flat=True)) == set(rest)
    assert f"ledger: entry {gone} was deleted before it got a position" in list(queries.findings())


@pytest.mark.django_db
def test_a_reason_that_cannot_be_decrypted_blocks_nothing():
    (spoilt,) = lend(reason="申请人要求")
    with as_superuser() as cursor:
        cursor.execute("UPDATE ledger_entry SET reason = reason || '\\x00'::bytea WHERE id = %s", [spoilt])
    assert sequence_now().size == 1
    assert '"reason":null' in queries.public_leaves(0, 1)[0]["leaf"]


@pytest.mark.django_db
@pytest.mark.req("H4")
def test_the_public_leaf_reveals_no_person_and_can_be_checked_by_those_concerned():
    subject, person, parent, shelf = new_id(), new_id(), new_id(), new_id()
    event = BookLent(subject=subject, shelf=shelf, row=7)
    entry_id = services.record(event, actor=Someone(str(person), principal_id=parent), reason="王小明住院")
    sequence_now()
    text = queries.public_leaves(0, 1)[0]["leaf"]
    assert not [one for one in (subject, person, parent, shelf, "王小明") if str(one) in text]
    leaf = json.loads(text)
    assert text == json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert (leaf["id"], leaf["type"], leaf["version"], leaf["v"]) == (str(entry_id), "tests.BookLent", 2, 1)
    shown = queries.disclosure_of(entry_id)
    assert shown.texts == {
        "subject": str(subject), "actor": str(person), "principal": str(parent), "reason": "王小明住院",
        "payload": f'{{"row": 7, "shelf": "{shelf}"}}',
    }  # fmt: skip
    assert all(fits(leaf, name, value, shown.salt) for name, value in shown.texts.items())
    assert not fits(leaf, "subject", str(person), shown.salt)
    assert not fits(leaf, "subject", str(subject), queries.disclosure_of(lend()[0]).salt)


@pytest.mark.django_db
def test_the_public_leaf_names_a_machine():
    services.record(BookLent(subject=new_id(), shelf=new_id(), row=1), actor=Someone("machine:instant/2"))
    sequence_now()
    assert '"actor":"machine:instant/2"' in queries.public_leaves(0, 1)[0]["leaf"]


@pytest.mark.django_db(transaction=True)
def test_rolled_back_entries_are_not_sequenced():
    with transaction.atomic():
        lend(5)
        transaction.set_rollback(True)
    lend()
    assert sequence_now().size == 1


@pytest.mark.django_db(transaction=True)
def test_many_parallel_writers_and_two_sequencers_lose_nothing():
    stop = threading.Event()
    sequencers = threading.Thread(target=together, args=[lambda: services.run_sequencer(stop)] * 2)
    sequencers.start()
    try:
        together(*[lambda: [lend(5) for _ in range(20)]] * 6)
        until(lambda: Head.objects.filter(size=600).exists())
    finally:
        stop.set()
        sequencers.join(60)
    assert not sequencers.is_alive()
    assert Leaf.objects.count() == Entry.objects.count() == 600
    assert list(queries.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_a_slow_writer_blocks_nobody():
    began, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            lend()
            began.set()
            may_end.wait(60)

    thread = threading.Thread(target=together, args=[slow])
    thread.start()
    assert began.wait(60)
    lend(2)
    assert sequence_now().size == 2
    may_end.set()
    thread.join(60)
    assert sequence_now().size == 3
    assert list(queries.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_the_sequencer_survives_the_loss_of_its_connection(monkeypatch):
    monkeypatch.setattr(sequencing, "REST", 0.05)
    stop = threading.Event()
    thread = threading.Thread(target=together, args=[lambda: services.run_sequencer(stop)])
    thread.start()
    try:
        lend()
        until(lambda: Head.objects.filter(size=1).exists())
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cursor.fetchone()[0] >= 1
        lend()
        until(lambda: Head.objects.filter(size=2).exists())
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
