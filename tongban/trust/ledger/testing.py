"""Helpers for tests. A test database is emptied between transactional tests, including its append-only tables."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from tongban.foundation.testing import emptied

if TYPE_CHECKING:
    from tongban.trust.ledger.models import Head


@dataclass(frozen=True)
class Someone:
    """An actor for tests of the rooms below identity."""

    name_for_record: str
    principal_id: UUID | None = None
    mandate_id: UUID | None = None


def allow_emptying() -> None:
    """Let the connections of this process TRUNCATE append-only tables; call once when the test session is set up."""

    def set_flag(connection: BaseDatabaseWrapper, **_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET tongban.emptying = 'on'")

    def forget_keys(**_: object) -> None:
        """Drop cached keys: emptying the database deletes the signing keys too."""
        from tongban.trust.crypto import keyring
        from tongban.trust.crypto.services import signing

        signing._known_pairs.clear()
        keyring.forget()

    connection_created.connect(set_flag, weak=False, dispatch_uid="ledger.testing")
    post_migrate.connect(forget_keys, weak=False, dispatch_uid="ledger.testing")
    emptied.append(forget_keys)


def sequence_now() -> "Head | None":
    """Sequence all recorded entries and sign a head, as the sequencer would within a second."""
    from tongban.trust.ledger.queries import heads
    from tongban.trust.ledger.services import Sequencer

    sequencer = Sequencer()
    while sequencer.sequence():
        pass
    return sequencer.sign() or heads.newest()
