"""DO: raise alarms about identity checks at windows."""

from uuid import UUID

from django.db import transaction

from tongban.foundation.errors import NotFound
from tongban.people.identity.actors import machine
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.people.workorders import services as workorders
from tongban.portal.window.alarms import IDENTITY_ALARM


@transaction.atomic
def raise_alarm(text: str, *, department_id: UUID | None, about: UUID) -> None:
    """Open a work order for the city's security administrator or, without one, for the head of the department.

    Raises NotFound if there is neither.
    """
    post = organisation.posts_of_kind(PostKind.SECURITY_ADMIN).first()
    if post is None and department_id is not None:
        post = organisation.posts(department_id).filter(kind=PostKind.HEAD).first()
    if post is None:
        raise NotFound("没有能处理身份核验告警的岗位。")
    workorders.raise_order(IDENTITY_ALARM.key, text=text, actor=machine("window-alarm"), post_id=post.id, about=about)
