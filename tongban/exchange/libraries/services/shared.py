"""Departments share what they know about a subject, by the data standard of the resource."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.exchange.libraries import events
from tongban.exchange.libraries.definitions import definitions
from tongban.exchange.libraries.models import SharedRecord
from tongban.foundation import clock
from tongban.foundation.announcements.services import announce
from tongban.foundation.errors import Invalid, NotFound
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.organisation import queries as organisation


@transaction.atomic
def record_shared(
    resource: str, *, subject_id: UUID, content: Mapping[str, str], valid_until: date | None = None, actor: Actor
) -> SharedRecord:
    """Record what a department shares about a subject. New content becomes a new version; the same content none.

    Raises NotFound for an unknown resource, Invalid for content that does not conform to the data standard.
    """
    known = definitions().get(resource)
    if known is None:
        raise NotFound(f"共享数据目录里没有“{resource}”，请先登记资源。")
    subject = identity.subject(subject_id)
    if known.of not in {"any", subject.kind}:
        raise Invalid(f"“{known.name}”不是这类主体的数据。", field="subject_id")
    now, content = clock.now(), known.spelled(content)
    if problem := known.problem_with(content, clock.legal_day(now)):
        raise Invalid(problem[1], field=problem[0])
    before = (
        SharedRecord.objects.select_for_update()
        .filter(resource=resource, subject_id=subject_id, superseded_at=None)
        .first()
    )
    if before is not None and (before.content, before.valid_until) == (content, valid_until):
        return before
    if before is not None:
        before.superseded_at = now
        before.save(update_fields=["superseded_at"])
    record = SharedRecord.objects.create(
        resource=resource,
        subject_id=subject_id,
        department=organisation.department_named(known.provider),
        version=before.version + 1 if before else 1,
        content=content,
        valid_until=valid_until,
        recorded_at=now,
    )
    event = events.SharedRecorded(subject=record.id, resource=resource, holder=str(subject_id), number=record.version)
    announce(event, actor=actor, at=now)
    return record
