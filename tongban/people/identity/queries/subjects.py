"""Persons and organisations, their names, and who acts for whom."""

from collections.abc import Iterable
from functools import cache
from uuid import UUID

from tongban.foundation import clock, typed
from tongban.foundation.errors import NotFound
from tongban.foundation.prepared import fetch_one
from tongban.foundation.rows import columns, instance
from tongban.people.identity.actors import Actor
from tongban.people.identity.models import Representation, Subject
from tongban.people.identity.queries.mandates import is_mandated_by
from tongban.people.identity.rules import NUMBER_PURPOSE, is_minor
from tongban.trust.crypto.masking import mask
from tongban.trust.crypto.services import blind_indexes


def subject(subject_id: UUID) -> Subject:
    """Return a subject by its id. Names and numbers are unmasked; pages mask them. Raises NotFound."""
    found = fetch_one(_subject_sql(), [subject_id])
    if found is None:
        raise NotFound("没有找到这个人或组织的登记，请先登记。")
    return instance(Subject, found)


@cache
def _subject_sql() -> str:
    return f"SELECT {columns(Subject, 's')} FROM identity_subject s WHERE s.id = %s"


def subject_by_number(number: str) -> Subject | None:
    """Return the subject with a resident's number or credit code, however it is written."""
    return Subject.objects.filter(number_index__in=blind_indexes(typed.number(number), purpose=NUMBER_PURPOSE)).first()


def display_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return names by id: masked for persons (fully for minors), in full for organisations. One query."""
    wanted = {i for i in ids if i is not None}
    if not wanted:
        return {}
    today = clock.legal_day(clock.now())
    return {
        s.id: mask("name", s.name, minor=is_minor(s.born, today)) if s.kind == Subject.Kinds.PERSON else s.name
        for s in Subject.objects.filter(id__in=wanted).only("id", "kind", "name", "born")
    }


def represents(person_id: UUID, organisation_id: UUID) -> bool:
    """Return whether the person may act for the organisation now, as its legal representative."""
    return Representation.objects.filter(
        person_id=person_id, organisation_id=organisation_id, ended_at__isnull=True
    ).exists()


def represented_firm(person_id: UUID, organisation_id: UUID) -> Subject | None:
    """Return the organisation if the person is its legal representative now. One query."""
    held = Representation.objects.filter(person_id=person_id, organisation_id=organisation_id, ended_at__isnull=True)
    found = held.select_related("organisation").first()
    return found.organisation if found is not None else None


def represented_by(person_id: UUID) -> list[Subject]:
    """Return the organisations that the person represents now, the earliest first."""
    held = Representation.objects.filter(person_id=person_id, ended_at__isnull=True)
    return [held.organisation for held in held.select_related("organisation").order_by("since", "id")]


def may_act_for(actor: Actor, subject_id: UUID) -> bool:
    """Return whether the actor may act in the subject's name: their own, their firm's, or by a mandate."""
    if actor.subject_id is None or actor.is_officer:
        return False
    return (
        subject_id == actor.subject_id
        or represents(actor.subject_id, subject_id)
        or is_mandated_by(actor.subject_id, subject_id)
    )
