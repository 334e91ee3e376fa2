"""Two people who follow a platform can find out with one command whether they were shown the same history."""

from datetime import UTC, datetime, timedelta

import pytest

from tongban.trust.ledger import comparing, keys, merkle, verify
from tongban.trust.ledger.client import Platform, SignedHead
from tongban.trust.ledger.following import State
from tongban.trust.ledger.statements import TreeHead, moment
from tongban.trust.ledger.testing import sequence_now
from tongban.trust.ledger.tests.conftest import lend

pytestmark = pytest.mark.req("H4")
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(40)]


class Seen:
    """The state files of a person who was shown some leaves."""

    def __init__(self, folder):
        self.folder, self.pair = folder, keys.own_pair(folder / "platform.pem")

    def state(self, name, leaves, *, pair=None, kept=True):
        pair = pair or self.pair
        head = TreeHead(len(leaves), merkle.root(leaves), moment(datetime.now(UTC)))
        path = self.folder / name
        State(path).keep(pair.public, SignedHead(head, pair.sign(head.statement())))
        if kept:
            path.with_name(f"{name}.leaves").write_bytes(b"".join(one[:8] for one in leaves))
        return path


@pytest.fixture
def seen(tmp_path):
    return Seen(tmp_path)


def run(*arguments):
    return verify.main([str(one) for one in arguments])


def changed(position):
    return [*LEAVES[:position], merkle.leaf_hash(b"another"), *LEAVES[position + 1 :]]


def test_equal_heads_are_one_history(seen, capsys):
    assert run("--compare", seen.state("a", LEAVES), seen.state("b", LEAVES)) == comparing.SAME
    assert "CONSISTENT: both have the head of 40 leaves" in capsys.readouterr().out


def test_two_roots_of_one_size_prove_a_fork_without_any_leaf(seen, capsys):
    a, b = seen.state("a", LEAVES, kept=False), seen.state("b", changed(7), kept=False)
    assert run("--compare", a, b) == comparing.FORK
    said = capsys.readouterr().err
    assert said.startswith("FORK: ")
    assert said.count('"signature"') == 2


@pytest.mark.parametrize("swapped", [False, True])
def test_remembered_leaves_show_where_two_histories_diverge(seen, capsys, swapped):
    pair = [seen.state("a", LEAVES[:20]), seen.state("b", changed(7))]
    assert run("--compare", *(reversed(pair) if swapped else pair)) == comparing.FORK
    assert "differ from position 7 on" in capsys.readouterr().err


def test_a_shorter_history_cannot_be_proved_consistent_offline(seen, capsys):
    assert run("--compare", seen.state("a", LEAVES[:20]), seen.state("b", LEAVES)) == comparing.OPEN
    assert "is behind" in capsys.readouterr().out


def test_unusable_state_files_cannot_be_compared(seen, tmp_path):
    good = seen.state("a", LEAVES)
    other = seen.state("b", LEAVES, pair=keys.own_pair(tmp_path / "other.pem"))
    forged = seen.state("c", LEAVES)
    forged.write_text(forged.read_text().replace('"size": 40', '"size": 39'))
    broken = tmp_path / "d"
    broken.write_text("{")
    for bad in (other, forged, broken, tmp_path / "none"):
        assert run("--compare", good, bad) == comparing.UNUSABLE
    with pytest.raises(SystemExit):
        run()


@pytest.mark.django_db(transaction=True)
def test_the_platforms_proof_decides_and_its_age_is_limited(live_server, tmp_path, monkeypatch, capsys):
    a, b = tmp_path / "a", tmp_path / "b"
    lend(12)
    sequence_now()
    assert run(live_server.url, "--state", a, "--max-age", 600) == 0
    lend(9)
    sequence_now()
    assert run(live_server.url, "--state", b, "--quick") == 0
    assert run("--compare", a, b) == comparing.OPEN
    assert run(live_server.url, "--compare", a, b) == comparing.SAME
    assert "begins with the smaller one" in capsys.readouterr().out
    monkeypatch.setattr(Platform, "consistency", lambda self, first, second: [bytes(32)] * 5)
    assert run(live_server.url, "--compare", a, b) == comparing.FORK

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr(verify, "datetime", Later)
    assert run(live_server.url, "--state", b, "--max-age", 1800) == 1
    assert "REFUSED: frozen" in capsys.readouterr().err
    monkeypatch.undo()
    assert run(live_server.url, "--state", b, "--max-age", 1800) == 0
