"""Hand-written SQL for what was noted on an occasion finds what the ORM finds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tongban.foundation import clock
from tongban.foundation.ids import new_id
from tongban.people.datauses import queries
from tongban.people.datauses.models import DataUse
from tongban.people.identity.actors import Actor, machine

pytestmark = pytest.mark.django_db
KINDS = ("looked-up", "visit")


def noted_by_the_orm(since, *, kind: str, actor: Actor, occasion) -> list[tuple[str, bool]]:
    rows = DataUse.objects.filter(
        occasion=occasion, actor=actor.name_for_record, principal_id=actor.principal_id, kind=kind, at__gte=since
    )
    return sorted((row.source, bool(row.fields)) for row in rows)


def test_uses_are_found_by_occasion_actor_principal_kind_and_time():
    now, occasions = clock.now(), (new_id(), new_id())
    one = machine("a-rule/1")
    actors = (one, machine("another/1"), replace(one, principal_id=new_id()))
    for number, (occasion, actor, kind, days) in enumerate(
        (occasion, actor, kind, days)
        for occasion in occasions
        for actor in actors
        for kind in KINDS
        for days in (0, 1, 2)
    ):
        DataUse.objects.create(
            subject_id=new_id(), actor=actor.name_for_record, principal_id=actor.principal_id, kind=kind,
            source=f"source {number}", fields=["姓名"] if number % 2 else [], occasion=occasion,
            at=now - timedelta(days=days), channel="api", entry_id=new_id(),
        )  # fmt: skip
    for occasion in (*occasions, new_id()):
        for actor in actors:
            for kind in KINDS:
                since = now - timedelta(days=1)
                wanted = {"kind": kind, "actor": actor, "occasion": occasion}
                found = sorted(queries._noted(since, kind, actor, occasion))
                assert found == noted_by_the_orm(since, **wanted)
                assert len(found) == (2 if occasion in occasions else 0)
                assert queries.sources_since(since, **wanted) == {source for source, _ in found}
