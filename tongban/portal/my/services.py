"""DO: what a citizen starts from his own pages."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from tongban.foundation.datauses import services as datauses
from tongban.foundation.identity.actors import Actor

ANSWER_DAYS = 10
"""Working days within which an objection to a data use is answered."""


@transaction.atomic
def object_to_use(use_id: UUID, *, text: str, whose: Collection[UUID], actor: Actor) -> None:
    """Object to a use of the data of one of `whose`; a work order asks the department that used it for an answer."""
    datauses.object_to(use_id, text=text, whose=whose, actor=actor)
