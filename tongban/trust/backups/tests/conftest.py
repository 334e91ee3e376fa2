"""A small platform with everything that a backup must contain, backed up once fully and once incrementally.

The backups outlive the database from which they were made. Tests copy them and tamper with the copies.
"""

import os
import shutil
import tempfile
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command

from tongban.foundation.codes import resident_number_check
from tongban.people.identity import services as identity
from tongban.people.identity.actors import machine
from tongban.people.organisation import services as organisation
from tongban.trust.backups import escrow, restoring, services
from tongban.trust.backups.models import Backup
from tongban.trust.crypto import keyring
from tongban.trust.crypto import services as crypto
from tongban.trust.crypto.services import signing
from tongban.trust.files import services as files
from tongban.trust.files.tests import samples
from tongban.trust.ledger import queries as ledger
from tongban.trust.ledger.testing import sequence_now
from tongban.trust.ledger.tests.conftest import lend

PASSPHRASE = "correct horse battery staple"
ACTOR = machine("tests.backups")


def reachable_folder() -> Path:
    """A folder that the database's user can enter; pytest's own folders are inside a closed one."""
    place = Path(tempfile.mkdtemp(prefix="tongban-backup-"))
    place.chmod(0o755)
    return place


def fill(name: str, pictures: int = 2) -> UUID:
    """A person, some files and events; returns the person's id."""
    body = BODIES[name]
    number = body + resident_number_check(body)
    person = identity.register_person(name=name, number=number, division_code="990100", actor=ACTOR)
    for count in range(pictures):
        files.store(samples.pdf_with(f"({name} {count})".encode()), name=f"{name}{count}.pdf", actor=ACTOR)
    lend(20, reason=f"登记{name}")
    sequence_now()
    return person.id


BODIES = {"李文敏": "99010219940312122", "张磊": "99010219920805101"}


@dataclass
class Made:
    """What is on disk after the backups were made."""

    folder: Path
    repository: Path
    escrow_key: Path
    package: Path
    full: Backup
    incremental: Backup
    sizes: dict[str, int]
    """Leaves of the ledger at the full backup, at the incremental one, and at the end."""
    people: dict[str, UUID]
    platform_key: Path

    def copy(self, target: Path) -> Path:
        """Return a copy of the repository to tamper with."""
        return Path(shutil.copytree(self.repository, target, copy_function=os.link))

    def options(self, into: Path, **changed: object) -> Namespace:
        given = {
            "source": self.repository, "backup": "", "into": into, "keys_from": self.package,
            "escrow_key": self.escrow_key, "platform_key": None, "who": "市数据局运行处", "reason": "演练：机房失火",
            "epochs": None, "database_url": "",
        }  # fmt: skip
        return Namespace(**(given | changed))

    def restore(self, into: Path, **changed: object) -> list[str]:
        """Restore as `manage.py restore` does; return its output."""
        said: list[str] = []
        restoring.restore(self.options(into, **changed), said.append)
        return said


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    folder = reachable_folder()
    before = settings.FILE_FOLDER, settings.FILE_STORE, os.environ.get(restoring.PASSPHRASE)
    os.environ[restoring.PASSPHRASE] = PASSPHRASE
    with django_db_blocker.unblock():
        settings.FILE_FOLDER, settings.FILE_STORE = folder / "files", None
        forget_keys()
        try:
            yield _make(folder)
        finally:
            settings.FILE_FOLDER, settings.FILE_STORE = before[:2]
            os.environ.pop(restoring.PASSPHRASE)
            shutil.rmtree(folder, ignore_errors=True)


def forget_keys() -> None:
    """Drop cached keys, whose rows a test has deleted."""
    signing._known_pairs.clear()
    keyring.forget()


def _make(folder: Path) -> Made:
    repository, private = folder / "backups", folder / "escrow.key"
    public = escrow.public_of(escrow.make(private, PASSPHRASE))
    organisation.establish_division("990100", name="云州市", level="city", actor=ACTOR)
    people, sizes = {"李文敏": fill("李文敏")}, {}
    sizes["full"] = ledger.newest().size
    services.export_keys(folder / "keys.package", escrow_key=public, apart_from=repository, actor=ACTOR)
    full = services.make(repository, escrow_key=public, actor=ACTOR)
    people["张磊"] = fill("张磊")
    sizes["incremental"] = ledger.newest().size
    incremental = services.make(repository, escrow_key=public, incremental=True, actor=ACTOR)
    lend(7)
    sizes["end"] = sequence_now().size
    pem = folder / "platform.pem"
    pem.write_text(crypto.public_key_pem("backup"))
    call_command("flush", verbosity=0, interactive=False, allow_cascade=True)
    forget_keys()
    return Made(folder, repository, private, folder / "keys.package", full, incremental, sizes, people, pem)
