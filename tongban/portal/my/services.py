"""DO: changes that citizens start from their personal pages."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from tongban.foundation.city import city
from tongban.foundation.errors import NotFound
from tongban.people.datauses import queries as uses
from tongban.people.datauses import services as datauses
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import services as workorders
from tongban.portal.my.objections import DATA_USE_OBJECTION

ANSWER_DAYS = DATA_USE_OBJECTION.days
"""Working days within which an objection to a data use is answered."""


@transaction.atomic
def object_to_use(use_id: UUID, *, text: str, whose: Collection[UUID], actor: Actor) -> None:
    """Object to a use of data and open a work order for the department that used it.

    `whose` lists the subjects whose uses the actor may object to.
    """
    objection = datauses.object_to(use_id, text=text, whose=whose, actor=actor)
    post_id = responsible_post(uses.department_of(use_id))
    workorders.raise_order(DATA_USE_OBJECTION.key, text=text, actor=actor, post_id=post_id, about=objection.id)


def responsible_post(department_id: UUID | None) -> UUID:
    """Return the post that answers an objection.

    It is the audit post of the department that used the data, otherwise its head. If no department used the data, or it
    has neither post, it is the city's audit post. Raises NotFound if the city has no audit post.
    """
    own = organisation.posts(department_id) if department_id else organisation.posts_of_kind(PostKind.AUDIT_ADMIN)
    for kind in (PostKind.AUDIT_ADMIN, PostKind.HEAD):
        if post := own.filter(kind=kind).first():
            return post.id
    audit = organisation.posts_of_kind(PostKind.AUDIT_ADMIN).first()
    if audit is None:
        raise NotFound(f"现在没有能答复异议的岗位，请拨打 {city().hotline}，由热线转办。")
    return audit.id
