"""A disaster: a city is backed up, works on, burns down, is restored elsewhere, and declares what it lost.

Everything runs as separate processes, as operators and outside verifiers start them.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.system.conftest import ROOT, RunningCity
from tongban.foundation.operations import postgres

pytestmark = pytest.mark.req("G3")
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def folder():
    place = Path(tempfile.mkdtemp(prefix="tongban-fire-"))
    place.chmod(0o755)  # as root, the database server runs as another user
    yield place
    postgres.end(place / "data" / "postgres")
    shutil.rmtree(place, ignore_errors=True)


def run(*command, **environment):
    return subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def verify(address, state, *options):
    return run("-m", "tongban.trust.ledger.verify", address, "--state", state, *options)


def manage(city, *command):
    done = city.manage(*map(str, command))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_after_a_fire_the_city_is_restored_elsewhere_and_declares_its_losses(city, folder):
    city.environment["TONGBAN_ESCROW_PASSPHRASE"] = PASSPHRASE
    to = ["--to", folder / "to", "--escrow", folder / "escrow.key.pub"]
    manage(city, "backup", "escrow-key", "--out", folder / "escrow.key")
    assert "签名有效" in manage(city, "journey", "newborn")
    manage(city, "backup", *to, "--keys-to", folder / "keys.package")
    manage(city, "journey", "helper")
    said = manage(city, "backup", *to, "--incremental")
    assert "完成" in said
    assert verify(city.address, folder / "state.json", "--quick").returncode == 0
    manage(city, "journey", "helper")  # lost in the fire
    assert verify(city.address, folder / "state.json").returncode == 0

    restored = run(
        "manage.py", "restore", "--from", folder / "to", "--into", folder / "data", "--keys-from",
        folder / "keys.package", "--escrow-key", folder / "escrow.key", "--who", "市数据局", "--reason", "机房失火",
        TONGBAN_ESCROW_PASSPHRASE=PASSPHRASE,
    )  # fmt: skip
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "账本第 2 期已经声明" in restored.stdout

    elsewhere = RunningCity(folder)
    try:
        elsewhere.wait_until_healthy()
        assert elsewhere.manage("city", "check").returncode == 0, "licences verify, the ledger holds, cases are whole"
        met = verify(elsewhere.address, folder / "state.json")
        assert met.returncode == 3, met.stdout + met.stderr
        assert "Epoch 2 was declared" in met.stderr
        assert "entries are as they are remembered here" in met.stderr
        assert "is lost" in met.stderr
        assert verify(elsewhere.address, folder / "state.json", "--accept-epoch", "2").returncode == 0
        assert verify(elsewhere.address, folder / "state.json").returncode == 0
        assert verify(city.address, folder / "state.json", "--accept-epoch", "2").returncode == 1, "never back"
        manage(elsewhere, "journey", "helper")  # work continues
        assert elsewhere.stop() == 0
    finally:
        elsewhere.process.kill()
        elsewhere.process.wait()
