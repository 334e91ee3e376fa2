"""A restore seen from outside: an epoch to acknowledge if it was declared, otherwise a fork."""

import json

import pytest
from django.test import Client

from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.models import SigningKey
from tongban.trust.crypto.services import signing
from tongban.trust.ledger import keys, queries, services
from tongban.trust.ledger.models import Entry, Epoch, Head
from tongban.trust.ledger.testing import Someone, sequence_now
from tongban.trust.ledger.tests.conftest import as_superuser, lend
from tongban.trust.ledger.tests.test_tampering import Outside, run, sql

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("H4")]
OPERATOR = Someone("machine:backups.restore")


class Backup:
    """A copy of the ledger at one moment, which a restore brings back."""

    def __init__(self):
        self.size = queries.newest().size
        self.entries = list(Entry.objects.values_list("id", flat=True))
        self.heads = list(Head.objects.values_list("size", flat=True))
        self.epochs = list(Epoch.objects.values_list("number", flat=True))

    def restore(self):
        with as_superuser() as cursor:
            cursor.execute("DELETE FROM ledger_pending")
            cursor.execute("DELETE FROM ledger_epoch WHERE number <> ALL(%s::int[])", [self.epochs])
            cursor.execute("DELETE FROM ledger_cosignature WHERE head_id <> ALL(%s::bigint[])", [self.heads])
            cursor.execute("DELETE FROM ledger_head WHERE size <> ALL(%s::bigint[])", [self.heads])
            cursor.execute("DELETE FROM ledger_node WHERE (index + 1) << level > %s", [self.size])
            cursor.execute("DELETE FROM ledger_leaf WHERE position >= %s", [self.size])
            cursor.execute("DELETE FROM ledger_entry WHERE id <> ALL(%s::uuid[])", [self.entries])


def declare(**changed):
    given = {"backup": "20261130T010203Z-test", "who": "市数据局运行处", "reason": "机房失火，从昨夜的备份恢复"}
    return services.open_epoch(**(given | changed), actor=OPERATOR)


def lend_and_sign(count):
    lend(count)
    return sequence_now()


@pytest.fixture
def outside(live_server, tmp_path):
    return Outside(live_server.url, tmp_path)


@pytest.fixture
def burnt(outside):
    """A ledger of which 60 leaves were seen from outside and 40 are in the backup."""
    lend_and_sign(40)
    outside.holds()
    backup = Backup()
    lend_and_sign(20)
    outside.holds()
    backup.restore()
    return outside


def stopped(outside, *arguments):
    before = outside.state.read_bytes()
    done = outside.verify(*arguments)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert outside.state.read_bytes() == before, "nothing is remembered before it is acknowledged"
    return done.stderr


def test_a_declared_restore_needs_an_acknowledgement(burnt):
    declared = declare()
    assert (declared.number, declared.size) == (2, 40)
    lend_and_sign(30)
    said = stopped(burnt)
    assert "RESTORED: Epoch 2 was declared at" in said
    assert "机房失火" in said
    assert "Entries 40 to 59 of epoch 1" in said
    assert said.count("is lost\n") == 20
    assert "The first 40 entries are as they are remembered here." in said
    assert "--accept-epoch 2" in said
    stopped(burnt, "--accept-epoch", "3")
    stopped(burnt, "--quick")
    assert "Epoch 2 is acknowledged" in burnt.holds("--accept-epoch", "2")
    lost = json.loads((burnt.state.parent / "state.json.epochs.lost-1-2").read_text())
    assert (lost["head"]["size"], len(lost["leaves"])) == (60, 20)
    lend_and_sign(3)
    assert "Epoch 2 was declared" in burnt.holds(), "every later report mentions it"
    assert list(queries.findings()) == []


def test_an_observer_who_remembers_nothing_lost_continues_with_a_notice(outside):
    lend_and_sign(40)
    outside.holds()
    backup = Backup()
    lend_and_sign(20)
    backup.restore()
    declare()
    said = outside.holds()
    assert "Epoch 2 was declared" in said
    assert "All 41 leaves" in said


def test_an_undeclared_restore_counts_as_a_rollback(burnt):
    burnt.refuses("rolled back", "had 60 leaves")
    lend_and_sign(40)
    burnt.refuses("First bad position: 40.")
    burnt.refuses("First bad position: 40.", arguments=["--accept-epoch", "2"])


@pytest.mark.parametrize("arguments", [(), ("--accept-epoch", "2")])
def test_a_declaration_does_not_excuse_changes_to_the_kept_part(burnt, arguments):
    """The operator abuses a restore: an old entry is changed, the tree recomputed, and a restore declared."""
    sql("UPDATE ledger_entry SET actor = 'machine:x' WHERE id = (SELECT entry_id FROM ledger_leaf WHERE position = 17)")
    with as_superuser() as cursor:
        cursor.execute("INSERT INTO ledger_pending SELECT entry_id FROM ledger_leaf")
        for table in ("ledger_head", "ledger_node", "ledger_leaf"):
            cursor.execute(f"DELETE FROM {table}")
    sequence_now()
    declare()
    burnt.refuses("First bad position: 17.", arguments=arguments)
    burnt.refuses("rewritten", arguments=[*arguments, "--quick"])


def test_a_declaration_with_a_wrong_root_is_refused(burnt):
    declare()
    row = Epoch.objects.get()
    row.root = crypto.digest(b"another")
    signature = crypto.sign("ledger", queries.statement_of(row).statement())
    sql("UPDATE ledger_epoch SET root = %s, signature = %s", row.root, signature)
    burnt.refuses("what epoch 2 declares as kept", arguments=["--accept-epoch", "2"])
    assert any("root that it declared" in one for one in queries.findings())


def test_a_declaration_cannot_be_withdrawn_changed_or_renumbered(burnt):
    declare()
    burnt.holds("--accept-epoch", "2")
    row = Epoch.objects.values().get()
    sql("UPDATE ledger_epoch SET reason = 'x'")
    burnt.refuses("not signed by the platform's key")
    assert any("signature of its declaration" in one for one in queries.findings())
    sql("DELETE FROM ledger_epoch")
    burnt.refuses("epoch 2 was taken back")
    assert any("records an epoch whose declaration is gone" in one for one in queries.findings())
    burnt.refuses("declare other epochs than the platform shows", remembering=False)
    Epoch.objects.create(**row)
    burnt.holds()
    with pytest.raises(Exception, match="append-only"):
        Epoch.objects.update(reason="x")


def test_a_missing_signing_key_is_reported_and_not_replaced(burnt):
    declared = queries.epoch_as_json(declare())
    for process in ("the one that signed", "another"):
        if process == "another":
            signing._known_pairs.clear()
        sql("DELETE FROM crypto_signing_key")
        assert "ledger: epoch 2: the signature of its declaration does not hold" in list(queries.findings())
        with pytest.raises(services.EpochRefused, match="不是本平台签的"):
            declare(earlier=[declared])
        assert not SigningKey.objects.filter(key_id=declared["key_id"]).exists()


def test_a_second_restore_from_before_the_first_hides_neither(outside):
    lend_and_sign(30)
    outside.holds()
    oldest = Backup()
    lend_and_sign(10)
    backup = Backup()
    lend_and_sign(10)
    outside.holds()
    backup.restore()
    declare()
    outside.holds("--accept-epoch", "2")
    declared = [queries.epoch_as_json(one) for one in queries.declared_epochs()]
    oldest.restore()
    assert queries.declared_epochs() == []
    declare()  # the operator omits the first declaration, which is noticed
    outside.refuses("epoch 2 was taken back or changed", arguments=["--accept-epoch", "2"])
    oldest.restore()
    assert declare(earlier=declared).number == 3
    said = stopped(outside)
    assert "Epoch 3" in said
    assert "Entries 30 to 40 of epoch 2" in said
    assert "Epoch 2" in outside.holds("--accept-epoch", "3")
    assert list(queries.findings()) == []
    forged = [declared[0] | {"reason": "x"}]
    with pytest.raises(services.EpochRefused, match="不是本平台签的"):
        declare(earlier=forged)
    for nonsense in ([{}], [{"number": 2}], ["x"]):
        with pytest.raises(services.EpochRefused, match="读不懂"):
            declare(earlier=nonsense)


def test_entries_waiting_for_a_position_come_after_the_declaration(outside):
    lend_and_sign(5)
    lend(4)
    declared = declare()
    assert queries.newest().size == 6
    sequence_now()
    assert queries.position_of(declared.entry_id) == 5
    assert queries.newest().size == 10
    outside.holds()


def test_a_witness_signs_nothing_until_the_epoch_is_acknowledged(burnt, tmp_path):
    pair = keys.own_pair(tmp_path / "w.key")
    services.add_witness("审计局", keys.public_pem(pair.public), reason="共建单位", actor=Someone("machine:x"))
    sequence_now()
    common = ["--key", tmp_path / "w.key", "--state", tmp_path / "w.json", "--name", "审计局"]

    def witness(*arguments):
        return run("witness", burnt.address, *common, *arguments)

    assert witness().returncode == 0
    backup = Backup()
    lend_and_sign(9)
    assert witness().returncode == 0
    backup.restore()
    lend_and_sign(9)
    assert witness().returncode == 1, "undeclared, it is a fork"
    backup.restore()
    declare()
    lend_and_sign(9)
    refused = witness()
    assert refused.returncode == 3
    assert "nothing was signed: Epoch 2" in refused.stderr
    assert "entries are as they are remembered here" in refused.stderr
    assert queries.witness_rows()[0].size == backup.size
    assert witness("--accept-epoch", "2").returncode == 0
    assert queries.witness_rows()[0].size == queries.newest().size
    assert witness().returncode == 0


@pytest.mark.parametrize("changed", [{"who": " "}, {"reason": ""}, {"reason": "a\nb"}, {"who": "x" * 81}])
def test_a_declaration_needs_a_name_and_a_reason(changed):
    lend_and_sign(2)
    with pytest.raises(services.EpochRefused, match="请写明是谁恢复的"):
        declare(**changed)
    assert queries.declared_epochs() == []


def test_everybody_can_see_a_declared_restore():
    lend_and_sign(7)
    client = Client()
    assert "账本从开始到现在是连续的一本" in client.get("/ledger/").content.decode()
    assert client.get("/ledger/epochs").json() == {"epochs": []}
    declare()
    page = client.get("/ledger/").content.decode()
    assert "从备份恢复过 1 次" in page
    assert "机房失火" in page
    (shown,) = client.get("/ledger/epochs").json()["epochs"]
    assert (shown["number"], shown["size"], shown["who"]) == (2, 7, "市数据局运行处")
