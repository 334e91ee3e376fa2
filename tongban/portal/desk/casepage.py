"""The page of one case: everything an officer needs beside the forms of what he may do now."""

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from tongban.foundation.ui import pages
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import CaseFile
from tongban.people.identity import queries as identity
from tongban.people.identity.requests import Request
from tongban.portal.desk import words

PICTURES = {".jpg", ".jpeg", ".png"}


@dataclass
class Typed:
    """What the officer typed, kept when something keeps it from being saved."""

    step: str = ""
    opinion: str = ""
    wanted: dict[str, str] = field(default_factory=dict)
    """Material key -> sentence, of the materials that were chosen."""
    errors: dict[str, str] = field(default_factory=dict)
    """Field id -> sentence."""

    @property
    def all_words(self) -> str:
        return self.opinion or "\n".join(filter(None, self.wanted.values()))


def render(
    request: Request, file: CaseFile, *, typed: Typed | None = None, conflict: str = "", status: int = 200
) -> HttpResponse:
    """Render the case page, at first or again with what was typed and what is wrong."""
    context = {
        "file": file,
        "typed": typed or Typed(),
        "conflict": conflict,
        "materials": [_material(file, m) for m in file.materials],
        "facts": _facts_by_source(file),
        "names": identity.display_names(_people(file)),
        "done": sum(row.group in {"granted", "denied", "ended"} for row in [file.row, *file.siblings]),
        "words": words,
        "who_of": actor_name,
        "may_unmask": cases.may_unmask(file.case, request.actor),
    }
    return pages.render(request, "desk/case.html", context, status=status)


def actor_name(names: dict[UUID, str], actor: str) -> str:
    """Who an entry names: the machine, or a person's masked name."""
    if actor.startswith("machine:"):
        return "系统自动"
    try:
        return names.get(UUID(actor), "")
    except ValueError:
        return ""


def _material(file: CaseFile, material: Any) -> dict[str, Any]:
    file_id = UUID(material.evidence) if material.way == "upload" and material.evidence else None
    name = file.file_names.get(file_id, "") if file_id else ""
    if material.met:
        kind, word = "ok", words.WAYS.get(material.way, "已具备")
    else:
        kind, word = ("bad", "未具备") if material.necessary else ("diff", "可不提交")
    return {
        "key": material.key,
        "name": material.name,
        "kind": kind,
        "word": word,
        "source": material.source if material.met else material.reason,
        "file_id": file_id,
        "file_name": name,
        "picture": PurePath(name).suffix.lower() in PICTURES,
    }


def _facts_by_source(file: CaseFile) -> list[tuple[str, list[Any]]]:
    """The known facts with each source named once, in the order in which they come."""
    groups: dict[str, list[Any]] = {}
    for fact in file.facts:
        groups.setdefault(fact.source, []).append(fact)
    return list(groups.items())


def _people(file: CaseFile) -> set[UUID]:
    people = {step.done_by for step in file.steps if step.done_by}
    for entry in file.history:
        if not entry.actor.startswith("machine:"):
            people.add(UUID(entry.actor))
    return people
