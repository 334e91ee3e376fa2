"""What everybody may read, and how bad requests are answered."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tongban.foundation.ids import new_id
from tongban.foundation.throttle import SlidingWindow
from tongban.trust.ledger import keys, merkle, queries, services
from tongban.trust.ledger.client import Platform, head_of
from tongban.trust.ledger.models import Cosignature, Entry
from tongban.trust.ledger.statements import moment
from tongban.trust.ledger.testing import Someone, sequence_now
from tongban.trust.ledger.tests.conftest import as_superuser, lend
from tongban.trust.ledger.views import interface

pytestmark = pytest.mark.django_db
OPERATOR = Someone("machine:test")


def get(path, **parameters):
    answer = Client().get(path, parameters)
    return answer, json.loads(answer.content) if "json" in answer["Content-Type"] else answer.content.decode()


@pytest.mark.req("H4")
def test_head_entries_and_proofs_are_consistent():
    made = lend(20)
    sequence_now()
    lend(13)
    sequence_now()
    _, shown = get("/ledger/head")
    _, pem = get("/ledger/key")
    head = head_of(shown)
    assert head.signed_by(keys.read_public(pem))
    _, page = get("/ledger/entries", start=0, end=1000)
    leaves = [merkle.leaf_hash(one["leaf"].encode()) for one in page["leaves"]]
    assert (page["start"], page["end"], page["size"], len(leaves)) == (0, 33, 33, 33)
    assert merkle.root(leaves) == head.head.root
    _, by_entry = get("/ledger/proof/inclusion", entry=str(made[4]))
    _, by_position = get("/ledger/proof/inclusion", position=4, size=33)
    assert by_entry == by_position
    path = [bytes.fromhex(one) for one in by_entry["path"]]
    assert merkle.verify_inclusion(leaves[4], 4, 33, path, head.head.root)
    _, proof = get("/ledger/proof/consistency", **{"from": 20})
    path = [bytes.fromhex(one) for one in proof["path"]]
    assert merkle.verify_consistency(20, 33, merkle.root(leaves[:20]), head.head.root, path)


def test_a_page_is_limited_and_needs_a_constant_number_of_queries():
    lend(1100)
    sequence_now()
    get("/ledger/head")  # clears the throttle of an earlier run, which takes one more query
    counts = []
    for end in (10, 5000):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            _, page = get("/ledger/entries", start=0, end=end)
        counts.append(len(captured))
        assert len(page["leaves"]) == min(end, 1000)
    assert counts[0] == counts[1]
    _, rest = get("/ledger/entries", start=1000)
    assert len(rest["leaves"]) == 100


@pytest.mark.parametrize(
    ("path", "parameters", "status", "code"),
    [
        ("entries", {}, 422, "invalid"),
        ("entries", {"start": "x"}, 422, "invalid"),
        ("entries", {"start": "-1"}, 422, "invalid"),
        ("entries", {"start": "１"}, 422, "invalid"),
        ("entries", {"start": "9" * 30}, 422, "invalid"),
        ("entries", {"start": 3}, 404, "no-such-proof"),
        ("entries", {"start": 2, "end": 1}, 404, "no-such-proof"),
        ("proof/inclusion", {}, 422, "invalid"),
        ("proof/inclusion", {"position": 3}, 404, "no-such-proof"),
        ("proof/inclusion", {"position": 0, "size": 4}, 404, "no-such-proof"),
        ("proof/inclusion", {"position": 1, "size": 1}, 404, "no-such-proof"),
        ("proof/inclusion", {"entry": "x"}, 422, "invalid"),
        ("proof/inclusion", {"entry": "018f0000-0000-7000-8000-000000000000"}, 404, "no-such-proof"),
        ("proof/consistency", {}, 422, "invalid"),
        ("proof/consistency", {"from": 0}, 404, "no-such-proof"),
        ("proof/consistency", {"from": 3, "to": 2}, 404, "no-such-proof"),
        ("proof/consistency", {"from": 1, "to": 999999999999999999}, 404, "no-such-proof"),
    ],
)
def test_bad_requests_get_a_problem(path, parameters, status, code):
    lend(3)
    sequence_now()
    answer, problem = get(f"/ledger/{path}", **parameters)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert problem["type"] == f"urn:tongban:problem:{code}"
    assert problem["detail"].endswith(("。", "）。"))


def test_before_the_first_head_every_request_says_so():
    lend()
    for path in ("head", "entries?start=0", "proof/inclusion?position=0", "proof/consistency?from=1"):
        answer, problem = get(f"/ledger/{path}")
        assert (answer.status_code, problem["type"]) == (404, "urn:tongban:problem:no-head-yet"), path
    assert Client().get("/ledger/").status_code == 200
    assert Client().post("/ledger/head").status_code == 405
    assert Client().get("/ledger/cosignatures").status_code == 405


def test_unchanged_answers_are_not_sent_again():
    lend(3)
    sequence_now()
    answer, _ = get("/ledger/head")
    assert answer["Cache-Control"] == "public, max-age=1"
    again = Client().get("/ledger/head", headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert get("/ledger/proof/consistency", **{"from": 1, "to": 3})[0]["Cache-Control"] == "public, max-age=3600"


def test_missing_nodes_give_a_problem_without_a_stack_trace():
    lend(40)
    sequence_now()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM ledger_node")
    answer, problem = get("/ledger/proof/consistency", **{"from": 5})
    assert (answer.status_code, problem["type"]) == (500, "urn:tongban:problem:tree-broken")


def test_a_client_with_too_many_requests_is_asked_to_wait(monkeypatch, live_server):
    at_once = SlidingWindow(2, 1, now=lambda: 1000.0)  # all three within one second, however slow the machine
    monkeypatch.setattr(interface, "THROTTLE", at_once)
    lend()
    sequence_now()
    answers = [get("/ledger/head")[0] for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "1"
    monkeypatch.setattr(interface, "THROTTLE", SlidingWindow(2, 1))
    platform = Platform(live_server.url)
    assert [platform.heads()[0].head.size for _ in range(4)] == [1, 1, 1, 1]  # the client waits


# Witnesses


def witness(tmp_path, name="审计局"):
    pair = keys.own_pair(tmp_path / f"{name}.pem")
    services.add_witness(name, keys.public_pem(pair.public), reason="共建单位", actor=OPERATOR)
    return pair


def offer(pair, name="审计局", **changes):
    head = queries.newest()
    at = moment(head.at)
    signed = head_of(queries.head_as_json(head)).head
    sent = {
        "witness": name, "size": head.size, "root": signed.root.hex(), "at": at,
        "signature": pair.sign(signed.witnessed(name, at)).hex(),
    } | changes  # fmt: skip
    return Client().post("/ledger/cosignatures", json.dumps(sent), content_type="application/json")


@pytest.mark.req("H4")
def test_a_registered_witness_is_accepted_and_shown(tmp_path):
    pair = witness(tmp_path)
    lend(3)
    sequence_now()
    assert offer(pair).status_code == 201
    assert offer(pair).status_code == 201  # sent again: kept once
    assert Cosignature.objects.count() == 1
    _, shown = get("/ledger/head")
    assert head_of(shown).witnessed_by(pair.public)
    lend()
    sequence_now()
    _, shown = get("/ledger/head")
    assert shown["cosignatures"] == []
    assert head_of(shown["cosigned"][0]).witnessed_by(pair.public)
    _, listed = get("/ledger/witnesses")
    assert keys.read_public(listed["witnesses"][0]["public_key"]) == pair.public
    assert "审计局" in Client().get("/ledger/").content.decode()


def test_strangers_and_invalid_cosignatures_are_refused(tmp_path):
    pair = witness(tmp_path)
    stranger = keys.own_pair(tmp_path / "stranger.pem")
    lend(3)
    sequence_now()
    for answer in (
        offer(stranger),
        offer(pair, name="别人"),
        offer(pair, size=2),
        offer(pair, size=2**62),
        offer(pair, root="00" * 32),
        offer(pair, at="2026-01-01T00:00:00.000000Z"),
        offer(pair, at="soon"),
        offer(pair, signature=""),
        offer(pair, signature="00" * 71),
        offer(pair, size=True),
        offer(pair, size=2**70),
        offer(pair, witness="a\x00b"),
        offer(pair, witness=["审计局"]),
        offer(pair, root="xyz"),
        *(
            Client().post("/ledger/cosignatures", body, content_type="application/json")
            for body in ("", "[]", "null", "{", '{"witness": "审计局"}', "[" * 4000)
        ),
    ):
        assert answer.status_code == 422, answer.content.decode()
        assert json.loads(answer.content)["detail"]
    too_large = Client().post("/ledger/cosignatures", " " * 5000, content_type="application/json")
    assert too_large.status_code == 413
    assert not Cosignature.objects.exists()


def test_a_retired_witness_is_no_longer_accepted(tmp_path):
    pair = witness(tmp_path)
    lend()
    sequence_now()
    offer(pair)
    services.retire_witness("审计局", reason="单位撤并", actor=OPERATOR)
    sequence_now()
    assert offer(pair).status_code == 422
    assert get("/ledger/head")[1]["cosigned"] == []
    assert {"ledger.WitnessAdded", "ledger.WitnessRetired"} <= set(Entry.objects.values_list("type", flat=True))


@pytest.mark.parametrize(
    ("name", "pem", "reason"),
    [
        ("", "PEM", "r"),
        ("x" * 61, "PEM", "r"),
        ("审\n计", "PEM", "r"),
        ("审计局", "PEM", " "),
        ("审计局", "no key", "r"),
    ],
)
def test_registering_a_witness_needs_a_name_a_key_and_a_reason(tmp_path, name, pem, reason):
    good = keys.public_pem(keys.own_pair(tmp_path / "k.pem").public)
    with pytest.raises(services.WitnessRefused):
        services.add_witness(name, pem.replace("PEM", good), reason=reason, actor=OPERATOR)
    assert not Entry.objects.exists()


# Pages


@pytest.mark.req("H4")
def test_the_page_of_an_entry_says_whether_it_is_unchanged():
    entry_id, other = lend(2, reason="王小明住院")
    address = f"/ledger/entries/{entry_id}/"

    def says():
        return Client().get(address).content.decode()

    assert "正在入树" in says()
    sequence_now()
    page = says()
    assert "核对无误" in page
    assert "王小明" not in page
    with as_superuser() as cursor:
        cursor.execute("UPDATE ledger_entry SET type = 'tests.Other' WHERE id = %s", [entry_id])
    assert "和当时存证的不一样" in says()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM ledger_entry WHERE id = %s", [entry_id])
    assert "已被删除" in says()
    assert "核对无误" in Client().get(f"/ledger/entries/{other}/").content.decode()
    assert Client().get(f"/ledger/entries/{new_id()}/").status_code == 404
    assert Client().get("/ledger/entries/x/").status_code == 404
