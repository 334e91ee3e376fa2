"""Officers read uploaded files. Only the officers of the case may, and each access is recorded."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from tongban.foundation.errors import NotFound
from tongban.handling.cases import queries
from tongban.handling.cases.services.opening import note_upload_opened
from tongban.people.identity.actors import Actor
from tongban.trust.files import services as files


@transaction.atomic
def read_upload(number: str, file_id: UUID, *, actor: Actor) -> Iterator[bytes]:
    """Return the content of a file that was uploaded for a case, in chunks.

    Raises NotFound, as `queries.case_file`, and PurposeNeeded if the case is not the officer's task and they have not
    opened it.
    """
    found = queries.case_file(number, actor)
    if file_id not in found.file_names:
        raise NotFound("这个办件里没有这份材料，请从办件页面的材料清单里打开。")
    note_upload_opened(found, file_id, actor=actor)
    return files.open_stream(file_id)
