"""DO: establish what a city's file names, and nothing if any of it cannot be established."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from django.db import transaction

from tongban.foundation.announcements.ports import EventActor
from tongban.foundation.errors import DomainError
from tongban.foundation.office_names import key_of, office_name
from tongban.people.organisation import plans, services
from tongban.people.organisation.models import Department, Division, Post
from tongban.people.organisation.plans import Place, PlannedDepartment, PlannedDivision, PlannedPost, Source

Named = TypeVar("Named", Department, Post)


@dataclass
class Loaded:
    """What was established, a line for each, and the number of parts that existed unchanged."""

    established: list[str] = field(default_factory=list)
    unchanged: int = 0


@transaction.atomic
def load_organisation(path: Path, *, actor: EventActor) -> Loaded:
    """Establish the divisions, departments and posts of a file, and skip those that exist unchanged.

    Raises Invalid with a line for each part that is wrong, or that exists and differs from the file. Then nothing is
    established.
    """
    plan, source = plans.read(path)
    run = _Run(source, actor)
    for position, division in enumerate(plan.divisions):
        run.establish_division(division, ("divisions", position))
    for position, department in enumerate(plan.departments):
        run.establish_department(department, ("departments", position))
    source.refuse()
    return run.loaded


class _Run:
    """One reading of a file into the database. Problems become findings of the source."""

    def __init__(self, source: Source, actor: EventActor) -> None:
        self.source, self.actor, self.loaded = source, actor, Loaded()

    def establish_division(self, planned: PlannedDivision, place: Place) -> None:
        found = Division.objects.filter(code=planned.code).first()
        if found is not None:
            held = {"name": found.name, "level": found.level, "parent": found.parent_id}
            wanted = {"name": planned.name, "level": planned.level, "parent": planned.above}
            self._compare(place, planned.code, held, wanted)
            return
        with self._noting(place, f"division {planned.code} {planned.name}"):
            services.establish_division(
                planned.code, name=planned.name, level=planned.level, parent=planned.above, actor=self.actor
            )

    def establish_department(self, planned: PlannedDepartment, place: Place) -> None:
        found = _named(planned.name, Department.objects.all())
        if found is None:
            with self._noting(place, f"department {planned.short_code} {planned.name}"):
                found = services.establish_department(
                    planned.name,
                    short_name=planned.short_name,
                    short_code=planned.short_code,
                    uscc=planned.uscc,
                    division_code=planned.division,
                    also_known_as=planned.also_known_as,
                    actor=self.actor,
                )
        else:
            held = {
                "short_name": found.short_name,
                "short_code": found.short_code,
                "uscc": found.uscc,
                "division": found.division_id,
                "also_known_as": "、".join(found.also_known_as),
            }
            wanted = planned.model_dump(include=held.keys() - {"also_known_as"})
            self._compare(place, planned.name, held, wanted | {"also_known_as": "、".join(planned.also_known_as)})
        if found is not None:
            for position, post in enumerate(planned.posts):
                self._establish_post(found, post, (*place, "posts", position))

    def _establish_post(self, department: Department, planned: PlannedPost, place: Place) -> None:
        found = _named(planned.name, Post.objects.filter(department=department))
        if found is not None:
            named = f"{department.name}{planned.name}"
            self._compare(place, named, {"kind": found.kind}, {"kind": planned.kind.value})
            return
        with self._noting(place, f"post {department.name} {planned.name} ({planned.kind.value})"):
            services.establish_post(department.id, kind=planned.kind, name=planned.name, actor=self.actor)

    def _compare(self, place: Place, named: str, held: Mapping[str, object], wanted: Mapping[str, object]) -> None:
        """Count a part that exists as the file has it, and note each field in which it differs."""
        different = [key for key, value in held.items() if _respelled(value) != wanted[key]]
        for key in different:
            sentence = (
                f"“{named}”已经设立，那里是“{held[key] or ''}”，文件里是“{wanted[key] or ''}”；请按已设立的改文件"
            )
            self.source.note((*place, key), sentence)
        self.loaded.unchanged += not different

    @contextmanager
    def _noting(self, place: Place, line: str) -> Iterator[None]:
        """Add the line to what was established, or note why a service refused."""
        try:
            yield
        except DomainError as error:
            part = {"division_code": "division"}.get(error.field or "", error.field or "")
            self.source.note((*place, part) if (*place, part) in self.source.lines else place, error.message)
        else:
            self.loaded.established.append(line)


def _named(name: str, among: Iterable[Named]) -> Named | None:
    """Return what has the name, in this spelling or otherwise in one that looks like it: older names keep theirs."""
    alike = [one for one in among if key_of(one.name) == key_of(name)]
    return min(alike, key=lambda one: one.name != name, default=None)


def _respelled(value: object) -> object:
    """Return what is established in the spelling in which the file is read."""
    return office_name(value) if isinstance(value, str) else value
