"""A data folder of an earlier version migrates, opens and verifies: an update loses no data."""

import subprocess
import sys
import tarfile
from functools import partial
from pathlib import Path

import pytest

from tests.system.conftest import ROOT, started
from tests.system.story import sign_in
from tongban.foundation.operations import postgres

ARCHIVES = sorted((Path(__file__).parent / "old_city").glob("*.tar.xz"))
WITHOUT_DELIVERIES = {"2026-11-25.tar.xz"}
"""Archives whose events were not delivered yet when they were made."""


def unpack(archive: Path, data: Path) -> None:
    """Unpack the old data folder."""
    data.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(data, filter="data")
    server = postgres.attach(data / "postgres")
    try:
        loaded = subprocess.run(
            [server.places.binaries / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", server.owner_url],
            stdin=(data / "dump.sql").open("rb"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert loaded.returncode == 0, loaded.stderr
    finally:
        server.detach()


@pytest.fixture(scope="module", params=ARCHIVES, ids=[path.name.partition(".")[0] for path in ARCHIVES])
def old_city(request):
    with started("tongban-old-city-", partial(unpack, request.param)) as running:
        yield running


@pytest.mark.req("H4")
def test_an_old_city_passes_all_checks(old_city):
    for command in (["ledger", "check"], ["city", "check"]):
        checked = old_city.manage(*command)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.req("H4")
def test_an_old_verifier_accepts_todays_ledger(old_city):
    state = old_city.log.parent / "data" / "state.json"
    verified = subprocess.run(
        [sys.executable, "-m", "tongban.trust.ledger.verify", old_city.address, "--state", state],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.req("C12")
def test_every_old_licence_and_document_verifies(old_city):
    opened = old_city.manage(
        "shell", "--no-imports", "--command",
        "from tongban.exchange.licences import services, queries, models\n"
        "held = list(models.Licence.objects.all())\n"
        "assert len(held) >= 9\n"
        "for one in held:\n"
        "    found = queries.verification(one.verify_code).result\n"
        "    assert found.record_ok and found.document_ok is not False, one.identifier\n"
        "    assert services.render(one.id)[:5] == b'%PDF-', one.identifier\n"
        "print('all', 'verify')",
    )  # fmt: skip
    assert "all verify" in opened.stdout, opened.stdout + opened.stderr


def test_its_deliveries_name_todays_subscribers(old_city, request):
    archive = request.node.callspec.params["old_city"].name
    listed = old_city.manage(
        "shell", "--no-imports", "--command",
        "from tongban.foundation.announcements import models, subscriptions\n"
        "known = {one.name for one in subscriptions.subscriptions}\n"
        "stored = set(models.Delivery.objects.values_list('subscriber', flat=True))\n"
        f"assert stored or {archive in WITHOUT_DELIVERIES}\n"
        "assert stored <= known, stored - known\n"
        "print('all', 'known')",
    )  # fmt: skip
    assert "all known" in listed.stdout, listed.stdout + listed.stderr


def test_field_case_old_rows_are_found_however_they_are_typed(old_city):
    found = old_city.manage(
        "shell", "--no-imports", "--command",
        "from tongban.exchange.libraries import queries as libraries\n"
        "from tongban.people.identity import models, queries\n"
        "wide = str.maketrans('0123456789', '０１２٣४५６７８９')\n"
        "def dress(text):\n"
        "    return '\\u202a ' + f'{text[:3]}-{text[3:7]}\\u3000{text[7:]}'.translate(wide) + '\\u200b'\n"
        "accounts = list(models.Account.objects.all())\n"
        "phones = [one for one in accounts if one.phone_index]\n"
        "people = list(models.Subject.objects.exclude(number_index=None))\n"
        "assert len(accounts) > 5 and phones and len(people) > 5\n"
        "for one in accounts:\n"
        "    assert queries.account_by_login_name(f' {one.login_name.upper()}\\u200b') == one, one.id\n"
        "for one in phones:\n"
        "    assert queries.account_by_phone('+86 ' + dress(one.phone)) == one, one.id\n"
        "for one in people:\n"
        "    assert queries.subject_by_number(dress(one.number).lower()) == one, one.id\n"
        "    if one.kind == 'person' and libraries.name_agrees(one.name, one.number):\n"
        "        assert libraries.name_agrees(f'{one.name} \\u200e', dress(one.number)), one.id\n"
        "print('all', 'found')",
    )  # fmt: skip
    assert "all found" in found.stdout, found.stdout + found.stderr


@pytest.mark.browser
def test_people_of_an_old_city_sign_in_and_find_their_data(old_city, page):
    sign_in(page, old_city.address, "xulina")
    page.goto(f"{old_city.address}/wallet/")
    assert "出生医学证明" in page.locator("main").inner_text()
    page.goto(f"{old_city.address}/my/")
    assert page.get_by_text("新生儿出生一件事").count()
