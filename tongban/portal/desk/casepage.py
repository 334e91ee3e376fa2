"""The page of one case: everything an officer needs beside the forms of what he may do now."""

from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from tongban.foundation.errors import Conflict
from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import Form
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import CaseFile
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import queries as identity
from tongban.people.identity.requests import Request
from tongban.portal.desk import words
from tongban.portal.desk.forms import AtStep, CorrectionForm, StepForm

PICTURES = {".jpg", ".jpeg", ".png"}


def render(request: Request, file: CaseFile, *, sent: AtStep | None = None) -> HttpResponse:
    """Render the case page, at first, or again with the form that was sent and what is wrong with it."""
    late = sent is not None and sent.refusal is not None and sent.status == Conflict.status
    context = {
        "file": file,
        "sent": sent or Form(),
        "forms": {
            step.id: sent if isinstance(sent, StepForm) and sent.at.id == step.id else StepForm(step=step)
            for step in file.actionable
        },
        "corrections": {
            step.id: sent
            if isinstance(sent, CorrectionForm) and sent.at.id == step.id
            else CorrectionForm(step=step, file=file)
            for step in file.actionable
            if step.kind == StepKind.ACCEPT
        },
        "conflict": sent.refusal.message if late and sent and sent.refusal else "",
        "materials": [_material(file, m) for m in file.materials],
        "facts": _facts_by_source(file),
        "names": identity.display_names(_people(file)),
        "done": sum(row.group in {"granted", "denied", "ended"} for row in [file.row, *file.siblings]),
        "words": words,
        "who_of": actor_name,
        "may_unmask": cases.may_unmask(file.case, request.actor),
    }
    return pages.render(request, "desk/case.html", context, status=sent.status if sent else 200)


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
