"""The owner of the database server can change every row; the verifier, a separate process, detects it each time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tongban.trust.crypto import services as crypto
from tongban.trust.ledger import keys, merkle, queries, services
from tongban.trust.ledger.models import Head
from tongban.trust.ledger.testing import Someone, sequence_now
from tongban.trust.ledger.tests.conftest import as_superuser, lend

ROOT = Path(__file__).resolve().parents[4]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("H4")]


def run(module, *arguments):
    """Run a program of the ledger as an outsider would, without the platform's environment."""
    return subprocess.run(
        [sys.executable, "-m", f"tongban.trust.ledger.{module}", *map(str, arguments)],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


class Outside:
    """A person who follows the platform from outside, with a state file."""

    def __init__(self, address, folder):
        self.address, self.state = address, folder / "state.json"

    def verify(self, *arguments, remembering=True):
        state = ["--state", self.state] if remembering else []
        return run("verify", self.address, *state, *arguments)

    def holds(self, *arguments):
        done = self.verify(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *words, remembering=True, arguments=()):
        before = self.state.read_bytes() if self.state.exists() else b""
        done = self.verify(*arguments, remembering=remembering)
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stderr.startswith("REFUSED: ")
        for word in words:
            assert word in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
        assert (self.state.read_bytes() if self.state.exists() else b"") == before, "a bad head was remembered"


@pytest.fixture
def outside(live_server, tmp_path):
    """A ledger with 40 entries and a head, seen once from outside."""
    lend(40, reason="按规定办理")
    sequence_now()
    one = Outside(live_server.url, tmp_path)
    assert "All 40 leaves were read" in one.holds()
    return one


def sql(statement, *parameters):
    with as_superuser() as cursor:
        cursor.execute(statement, parameters)


ENTRY_AT = "(SELECT entry_id FROM ledger_leaf WHERE position = %s)"


def recompute():
    """Recompute the whole tree and sign a new head, as a corrupt operator with the platform's key can."""
    with as_superuser() as cursor:
        cursor.execute(
            "INSERT INTO ledger_pending SELECT entry_id FROM ledger_leaf l"
            " WHERE EXISTS (SELECT FROM ledger_entry e WHERE e.id = l.entry_id)"
        )
        for table in ("ledger_cosignature", "ledger_head", "ledger_node", "ledger_leaf"):
            cursor.execute(f"DELETE FROM {table}")
    sequence_now()


def test_an_honest_platform_passes_every_verification(outside):
    for count in (1, 30, 500):
        lend(count)
        sequence_now()
        said = outside.holds()
    assert "All 571 leaves were read" in said
    assert "OK." in said
    assert "OK." in outside.holds("--quick")
    assert list(queries.findings()) == []


@pytest.mark.parametrize(
    "change",
    [
        "type = 'tests.BookLost'",
        "version = 1",
        "subject = gen_random_uuid()",
        "actor = 'machine:x'",
        "principal = NULL",
        "at = at + interval '1 microsecond'",
        "payload = jsonb_set(payload, '{row}', '99')",
        "reason = set_byte(reason, 15, get_byte(reason, 15) # 1)",
        "reason = (SELECT reason FROM ledger_entry ORDER BY id LIMIT 1)",
    ],
)
@pytest.mark.parametrize("remembering", [True, False])
def test_one_changed_byte_of_an_old_event_is_detected(outside, change, remembering):
    sql(f"UPDATE ledger_entry SET {change} WHERE id = {ENTRY_AT}", 17)
    outside.refuses("First bad position: 17.", remembering=remembering)
    assert any("position 17" in one for one in queries.findings())
    assert any("position 17" in one for one in queries.findings(quick=True))


@pytest.mark.parametrize("remembering", [True, False])
def test_one_changed_byte_of_a_leaf_is_detected(outside, remembering):
    sql("UPDATE ledger_leaf SET hash = set_byte(hash, 31, get_byte(hash, 31) # 1) WHERE position = 23")
    outside.refuses("First bad position: 23.", remembering=remembering)
    assert any("position 23" in one for one in queries.findings())


@pytest.mark.parametrize("remembering", [True, False])
@pytest.mark.parametrize(
    "statement",
    [f"DELETE FROM ledger_entry WHERE id = {ENTRY_AT}", "DELETE FROM ledger_leaf WHERE position = %s"],
)
def test_a_deleted_row_is_detected(outside, statement, remembering):
    sql(statement, 9)
    outside.refuses("gone", "First bad position: 9.", remembering=remembering)
    assert list(queries.findings())


@pytest.mark.parametrize("remembering", [True, False])
def test_deleting_the_last_leaf_below_the_head_is_detected(outside, remembering):
    sql("DELETE FROM ledger_leaf WHERE position = 39")
    outside.refuses("First bad position: 39.", remembering=remembering)
    assert list(queries.findings())


@pytest.mark.parametrize("remembering", [True, False])
@pytest.mark.parametrize("columns", ["entry_id", "entry_id, hash"])
def test_two_swapped_rows_are_detected(outside, columns, remembering):
    """Without remembered leaves, a leaf that matches its row shows only in the root."""
    with as_superuser() as cursor:
        cursor.execute("SELECT position, entry_id, hash FROM ledger_leaf WHERE position IN (5, 6) ORDER BY 1")
        (_, first, first_hash), (_, second, second_hash) = cursor.fetchall()
        cursor.execute("DELETE FROM ledger_leaf WHERE position IN (5, 6)")
        one, two = (first_hash, second_hash) if columns == "entry_id" else (second_hash, first_hash)
        cursor.execute("INSERT INTO ledger_leaf VALUES (5, %s, %s), (6, %s, %s)", [second, one, first, two])
    named = remembering or columns == "entry_id"
    outside.refuses("First bad position: 5." if named else "root", remembering=remembering)
    assert list(queries.findings())


def test_recomputing_the_whole_tree_after_a_change_is_detected(outside):
    sql(f"UPDATE ledger_entry SET type = 'tests.BookLost' WHERE id = {ENTRY_AT}", 12)
    recompute()
    outside.refuses("forked", "First bad position: 12.")
    outside.refuses("forked", arguments=["--quick"])


def test_recomputing_and_extending_the_tree_after_a_deletion_is_detected(outside):
    sql(f"DELETE FROM ledger_entry WHERE id = {ENTRY_AT}", 12)
    recompute()
    lend(30)
    sequence_now()
    outside.refuses("rewritten", "First bad position: 12.")
    outside.refuses("rewritten", arguments=["--quick"])


def test_a_change_with_new_leaves_and_nodes_but_the_old_head_is_detected(outside):
    """The leaf matches its row and the head is genuine: the root reveals the change, remembered leaves locate it."""
    sql(f"UPDATE ledger_entry SET version = 3 WHERE id = {ENTRY_AT}", 30)
    leaf = queries.public_leaves(30, 31)[0]["leaf"]
    sql("UPDATE ledger_leaf SET hash = %s WHERE position = 30", merkle.leaf_hash(leaf.encode()))
    outside.refuses("First bad position: 30.")
    outside.refuses("root", remembering=False)
    assert any("root of the head" in one for one in queries.findings())


def cut_to(size):
    """Restore an old backup: later entries are gone, and the rest is consistent."""
    with as_superuser() as cursor:
        cursor.execute(
            "DELETE FROM ledger_entry e USING ledger_leaf l WHERE l.entry_id = e.id AND position >= %s", [size]
        )
        cursor.execute("DELETE FROM ledger_leaf WHERE position >= %s", [size])
        cursor.execute("DELETE FROM ledger_node WHERE (index + 1) << level > %s", [size])
        cursor.execute("DELETE FROM ledger_head WHERE size > %s", [size])


def test_restoring_an_old_backup_is_detected(outside):
    lend(25)
    sequence_now()
    outside.holds()
    cut_to(40)
    assert list(queries.findings()) == []
    outside.refuses("rolled back", "First bad position: 40.")
    outside.refuses("rolled back", arguments=["--quick"])


def test_restoring_and_extending_an_old_backup_is_detected(outside):
    lend(25)
    sequence_now()
    outside.holds()
    cut_to(40)
    lend(60)
    sequence_now()
    outside.refuses("rewritten", "First bad position: 40.")


def test_deleting_everything_is_detected(outside):
    cut_to(0)
    outside.refuses("rolled back", "no head at all")


def test_a_head_signed_by_another_key_is_detected(outside, tmp_path):
    head = Head.objects.get()
    statement = queries.tree_head(head).statement()
    other = keys.own_pair(tmp_path / "other.pem")
    sql("UPDATE ledger_head SET signature = %s", other.sign(statement))
    outside.refuses("not signed by the platform's key")
    assert any("signature" in one for one in queries.findings(quick=True))


def test_signing_everything_again_with_another_key_is_detected(outside, tmp_path, monkeypatch):
    """First use pins the key: a platform with another key is refused, even if everything is consistent."""
    monkeypatch.setattr("tongban.trust.ledger.queries.heads.KEY_ID", "ledger-other")
    recompute()
    outside.refuses("not signed by the platform's key")
    assert outside.verify(remembering=False).returncode == 0


def test_the_platforms_key_can_be_given_explicitly(outside, tmp_path):
    good, bad, none = tmp_path / "good.pem", tmp_path / "bad.pem", tmp_path / "none.pem"
    good.write_text(crypto.public_key_pem("ledger"))
    bad.write_text(keys.public_pem(keys.own_pair(tmp_path / "x.pem").public))
    none.write_text("no key")
    assert outside.verify("--key", good).returncode == 0
    outside.refuses("not signed by the platform's key", remembering=False, arguments=["--key", bad])
    assert outside.verify("--key", none).returncode == 2
    assert outside.verify("--key", tmp_path / "not-there.pem").returncode == 2
    assert outside.verify("--key", bad).returncode == 2  # not the key that the state remembers


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "00", "head": {"size": -1}}'])
def test_an_unreadable_state_is_not_mistaken_for_no_state(outside, content):
    outside.state.write_text(content)
    done = outside.verify()
    assert done.returncode == 2
    assert "cannot be read" in done.stderr


def test_an_unreachable_platform_is_reported_as_not_checked(tmp_path, live_server):
    for address in ("http://127.0.0.1:9", "ftp://x", "nonsense", f"{live_server.url}/design"):
        done = run("verify", address)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("NOT CHECKED: ")
        assert "Traceback" not in done.stderr


# Witnesses


@pytest.fixture
def bureau(outside, tmp_path):
    """A witness with its own files; its first run creates the key, then it is registered."""

    def once(*more):
        return run(
            "witness",
            outside.address,
            "--key",
            tmp_path / "w.pem",
            "--state",
            tmp_path / "w.json",
            "--name",
            "审计局",
            *more,
        )

    first = once()
    assert first.returncode == 2
    assert "is this witness registered" in first.stderr
    (tmp_path / "w.json").unlink()
    pem = (tmp_path / "w.pem.pub").read_text()
    services.add_witness("审计局", pem, reason="共建单位", actor=Someone("machine:test"))
    sequence_now()
    assert (tmp_path / "w.pem").stat().st_mode & 0o777 == 0o600
    return once


def test_a_witness_signs_a_consistent_continuation(bureau, outside, tmp_path):
    pem = tmp_path / "w.pem.pub"
    outside.refuses("no head is signed by the witness", remembering=False, arguments=["--witness", pem])
    assert bureau().returncode == 0
    assert "signed already" in bureau("--once").stdout
    lend(9)
    sequence_now()
    said = run("verify", outside.address, "--witness", pem)
    assert said.returncode == 0, said.stderr
    assert "has signed the first 41 leaves" in said.stdout
    assert bureau().returncode == 0
    assert "has signed the first 50 leaves" in outside.holds("--witness", pem)


def test_a_witness_does_not_sign_a_second_history(bureau):
    assert bureau().returncode == 0
    sql(f"UPDATE ledger_entry SET version = 9 WHERE id = {ENTRY_AT}", 3)
    recompute()
    for _ in range(2):
        done = bureau()
        assert done.returncode == 1
        assert "REFUSED, nothing was signed: forked" in done.stderr
    lend(4)
    sequence_now()
    assert "rewritten" in bureau().stderr
    cut_to(10)
    done = bureau()
    assert (done.returncode, "rolled back" in done.stderr) == (1, True)


def test_a_new_observer_can_rely_on_a_witness(bureau, outside, tmp_path):
    """A tree recomputed with the platform's own key is consistent; only the witness's signature contradicts it."""
    assert bureau().returncode == 0
    pem = tmp_path / "w.pem.pub"
    kept = connection_rows("SELECT * FROM ledger_head"), connection_rows("SELECT * FROM ledger_cosignature")
    sql(f"UPDATE ledger_entry SET version = 9 WHERE id = {ENTRY_AT}", 3)
    recompute()
    assert outside.verify(remembering=False).returncode == 0
    outside.refuses("no head is signed by the witness", remembering=False, arguments=["--witness", pem])
    # The operator presents the witness's old signature with a larger new tree.
    lend(5)
    sequence_now()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM ledger_head WHERE size = %s", [kept[0][-1][0]])
        for row in kept[0][-1:]:
            cursor.execute("INSERT INTO ledger_head VALUES (%s, %s, %s, %s, %s)", row)
        columns = "id, at, signature, head_id, witness_id"
        for row in kept[1]:
            cursor.execute(f"INSERT INTO ledger_cosignature ({columns}) VALUES (%s, %s, %s, %s, %s)", row)
    outside.refuses("rewritten", "the witness of", remembering=False, arguments=["--witness", pem])


def connection_rows(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement + " ORDER BY 1")
        return cursor.fetchall()


def test_the_programs_do_not_need_django(tmp_path):
    code = (
        "import sys; import tongban.trust.ledger.verify, tongban.trust.ledger.witness;"
        " print([m for m in sys.modules if m.split('.')[0] in {'django', 'psycopg'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_state_is_compact(outside):
    kept = json.loads(outside.state.read_text())
    assert kept["head"]["size"] == 40
    assert outside.state.with_name("state.json.leaves").stat().st_size == 40 * 8
