"""Register the document readers of windows by the keys of their bridges."""

from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.city import has_demo
from tongban.foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.people.signin import events
from tongban.people.signin.models import Reader
from tongban.trust.crypto import primitives


@transaction.atomic
def register_reader(
    department_id: UUID, *, name: str, public_key: bytes, simulator: bool = False, reason: str = "", actor: Actor
) -> Reader:
    """Register a reader: what its key signs is evidence at the department's windows from now on."""
    if simulator and not has_demo():
        raise NotAllowed("模拟读卡器只能在演示环境中登记。")
    if not primitives.is_public_key(public_key):
        raise Invalid("这不是 SM2 公钥，请用读卡器桥接程序导出的公钥文件。", field="public_key")
    if not 1 <= len(name.strip()) <= 40:
        raise Invalid("请写读卡器的名称，例如“二号窗口读卡器”，最多 40 个字。", field="name")
    department, now = organisation.department(department_id), clock.now()
    try:
        with transaction.atomic():
            reader = Reader.objects.create(
                department_id=department.id,
                name=name.strip(),
                public_key=public_key.hex(),
                simulator=simulator,
                registered_at=now,
            )
    except IntegrityError:
        raise Conflict("这个公钥已经登记给一台读卡器，每台读卡器要有自己的密钥。") from None
    registered = events.ReaderRegistered(subject=reader.id, department=str(department.id), public_key=reader.public_key)
    announce(registered, actor=actor, at=now, reason=reason)
    return reader


@transaction.atomic
def retire_reader(reader_id: UUID, *, reason: str, actor: Actor) -> None:
    """Retire a reader: new receipts are refused, earlier ones stay evidence. Safe to repeat."""
    reader = Reader.objects.select_for_update().filter(id=reader_id).first()
    if reader is None:
        raise NotFound("没有找到这台读卡器。")
    if reader.retired_at is None:
        reader.retired_at = clock.now()
        reader.save(update_fields=["retired_at"])
        announce(events.ReaderRetired(subject=reader.id), actor=actor, at=reader.retired_at, reason=reason)


@transaction.atomic
def register_simulators(public_key: bytes, *, actor: Actor) -> int:
    """Register the demo's reader at every department with a window; return how many were new. Not in production."""
    made = 0
    for department_id in organisation.posts_of_kind(PostKind.WINDOW).values_list("department_id", flat=True).distinct():
        if not Reader.objects.filter(
            department_id=department_id, public_key=public_key.hex(), retired_at=None
        ).exists():
            register_reader(department_id, name="演示读卡器", public_key=public_key, simulator=True, actor=actor)
            made += 1
    return made
