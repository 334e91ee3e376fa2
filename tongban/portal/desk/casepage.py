"""The page of one case, with forms for the steps that the officer may complete now."""

from pathlib import PurePath
from uuid import UUID

from django.http import HttpResponse

from tongban.foundation.announcements.actors import is_machine_name
from tongban.foundation.errors import Conflict
from tongban.foundation.ui import pages
from tongban.foundation.ui.forms import Form
from tongban.handling.cases import queries as cases
from tongban.handling.cases.queries import CaseFile, MaterialOfFile
from tongban.handling.cases.queries.drafts import KnownFact
from tongban.handling.catalog.vocabulary import StepKind
from tongban.people.identity import queries as identity
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.people.organisation.rules import ADMINISTRATORS
from tongban.portal.desk import words
from tongban.portal.desk.forms import CorrectionForm, StepBoundForm, StepForm

PICTURES = {".jpg", ".jpeg", ".png"}


def render(request: Request, file: CaseFile, *, sent: StepBoundForm | None = None) -> HttpResponse:
    """Render the case page; `sent` is a form that was refused, and is shown with its errors."""
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
        "to_do": _to_do(request),
        "may_unmask": cases.may_unmask(file.case, request.actor),
    }
    return pages.render(request, "desk/case.html", context, status=sent.status if sent else 200)


def _to_do(request: Request) -> list[cases.ToDo]:
    """Return the first page of the officer's to-do list, which wide screens show beside the case.

    It says no more than the list itself, so nothing is opened by it.
    """
    return cases.most_urgent(request.actor) if handles_cases(request.actor) else []


def handles_cases(actor: Actor) -> bool:
    """Return whether the officer has a to-do list of cases: one of their posts is not an administrator's."""
    return any(post.kind not in ADMINISTRATORS for post in actor.posts)


def actor_name(names: dict[UUID, str], actor: str) -> str:
    """Return who an entry names as its actor: the machine, or a person's masked name from `names`."""
    if is_machine_name(actor):
        return "系统自动"
    try:
        return names.get(UUID(actor), "")
    except ValueError:
        return ""


def _material(file: CaseFile, material: MaterialOfFile) -> dict[str, object]:
    file_id = UUID(material.evidence) if material.way == cases.Way.UPLOAD and material.evidence else None
    name = file.file_names.get(file_id, "") if file_id else ""
    if material.met:
        kind, word = "ok", words.WAYS[cases.Way(material.way)]
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


def _facts_by_source(file: CaseFile) -> list[tuple[str, list[KnownFact]]]:
    """Group the known facts by source, in the order in which the sources first appear."""
    groups: dict[str, list[KnownFact]] = {}
    for fact in file.facts:
        groups.setdefault(fact.source, []).append(fact)
    return list(groups.items())


def _people(file: CaseFile) -> set[UUID]:
    people = {step.done_by for step in file.steps if step.done_by}
    for entry in file.history:
        if not is_machine_name(entry.actor):
            people.add(UUID(entry.actor))
    return people
