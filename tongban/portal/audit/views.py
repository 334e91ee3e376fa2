"""The audit administrator's pages: search, one entry, a person by number, export. All but the last two only read."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation.errors import DomainError, NotFound
from tongban.foundation.ui import pages, slots
from tongban.people.identity.access import post_required
from tongban.people.identity.policy import ProofNeeded, Refused
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.portal.audit import queries, services
from tongban.portal.audit.forms import ConditionsForm, ExportForm, PersonForm, department_of, start_of
from tongban.trust.ledger import queries as ledger

audit_admin = post_required(PostKind.AUDIT_ADMIN)
SALT, PERSON_SECONDS = "audit.person", 1800
NOT_CONDITIONS = {"after", "export_reason", "csrfmiddlewaretoken"}


@never_cache
@audit_admin
@require_safe
def search(request: Request) -> HttpResponse:
    """Entries by time, event, department, officer, case, or of one person; newest first."""
    return _page(request, PersonForm())


@never_cache
@sensitive_post_parameters("number", "reason")
@audit_admin
@require_http_methods(["POST"])
def person(request: Request) -> HttpResponse:
    """Look a person up by number: recorded with its reason; the address that follows names him by a sealed word."""
    form = PersonForm.of(request)
    if form.is_valid():
        actor = request.actor
        with form.refusals(ProofNeeded, Refused):
            found = services.look_up_person(**form.cleaned_data, actor=actor)
            word = signing.dumps([str(found), str(actor.subject_id)], salt=SALT)
            return redirect(f"{reverse('audit:search')}?{urlencode({'person': word})}")
    return _page(request, form)


@never_cache
@audit_admin
@require_safe
def entry(request: Request, entry_id: UUID) -> HttpResponse:
    """One entry whole: its own fields, its reason, and the way to its proof."""
    row = _entry(entry_id)
    context = {
        "entry": row,
        "line": queries.lines([row])[0],
        "proof": _proof(entry_id),
        "disclosure": _disclosure(entry_id),
    }
    return pages.render(request, "audit/entry.html", context)


@never_cache
@sensitive_post_parameters("export_reason")
@audit_admin
@require_POST
def export(request: Request) -> HttpResponse:
    """The page of entries that is shown, as CSV; without a reason the page comes back and asks for it."""
    asked = request.POST
    form = ConditionsForm(asked)
    if not form.is_valid():
        return redirect("audit:search")
    found = ledger.search(_wanted(request, form, asked.get("person", "")), after=asked.get("after", ""))
    viewer, reason = slots.viewer_of(request), ExportForm.of(request)
    if not reason.is_valid():
        return _page(request, PersonForm(), export_form=reason)
    with reason.refusals():
        text = services.export(
            queries.lines(found.rows),
            conditions=_in_words(form, bool(asked.get("person"))),
            by=f"{viewer.name} {viewer.department}" if viewer else "",
            reason=reason.cleaned_data["export_reason"],
            actor=request.actor,
        )
        return _csv(text)
    return _page(request, PersonForm(), export_form=reason)


def _csv(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    response["Cache-Control"] = "no-store, private"
    return response


def _page(request: Request, person_form: PersonForm, *, export_form: ExportForm | None = None) -> HttpResponse:
    """Search and results; an `export_form` that was refused brought the conditions along."""
    asked = request.POST if export_form else request.GET
    export_form = export_form or ExportForm()
    status = max(person_form.status, export_form.status)
    form, found, problem = ConditionsForm(asked), ledger.SearchPage(), ""
    word, after = asked.get("person", ""), asked.get("after", "")
    if form.is_valid():
        try:
            found = ledger.search(_wanted(request, form, word), after=after)
        except DomainError as refusal:
            problem, status = refusal.message, refusal.status
    kept = {name: value for name, value in asked.items() if value and name not in NOT_CONDITIONS}
    context: dict[str, Any] = {
        "form": form,
        "person_form": person_form,
        "person": word,
        "lines": queries.lines(found.rows),
        "next": urlencode({**kept, "after": found.next}) if found.next else "",
        "first": urlencode(kept) if after else "",
        "kept": {**kept, "after": after},
        "problem": problem,
        "alarms": ledger.open_alarms(),
        "export_form": export_form,
        "types": [("", "全部事件"), *queries.type_choices()],
        "departments": [("", "全部部门"), *((d.id, d.name) for d in organisation.departments())],
        "tabs": [
            {
                "text": text,
                "href": f"{reverse('audit:search')}?{urlencode({**kept, 'group': key, 'type': ''})}",
                "current": key == kept.get("group", ""),
            }
            for key, text in queries.GROUPS
        ],
    }
    return pages.render(request, "audit/search.html", context, status=status)


def _wanted(request: Request, form: ConditionsForm, word: str) -> ledger.Search:
    data = form.cleaned_data
    since, until = start_of(data["since"]), start_of(data["until"] + timedelta(days=1))
    subjects, entries = None, ()
    if word:
        subjects, entries = queries.about(_person(request, word), since, until)  # type: ignore[assignment]
    return ledger.Search(
        since=since,
        until=until,
        types=(data["type"],) if data["type"] else queries.types_of(data["group"]),
        actors=queries.actors_of(data["who"].strip(), department_of(data["department"])),
        subjects=subjects,
        entries=entries,
        case_number=data["case"],
    )


def _person(request: Request, word: str) -> UUID:
    """Whom the sealed word names; it holds half an hour, for the administrator who gave the reason."""
    try:
        found, by = signing.loads(word, salt=SALT, max_age=PERSON_SECONDS)
    except signing.BadSignature:
        by = ""
    if by != str(request.actor.subject_id):
        raise NotFound("按证件号的查找已过期，请重新填写号码和事由。")
    return UUID(found)


def _in_words(form: ConditionsForm, of_person: bool) -> str:
    data = form.cleaned_data
    parts = [f"{data['since']} 至 {data['until']}", data["type"], dict(queries.GROUPS).get(data["group"], "")]
    parts += [data["case"], "按证件号" if of_person else ""]
    return "，".join(filter(None, parts))


def _entry(entry_id: UUID) -> Any:
    try:
        return ledger.entry(entry_id)
    except ObjectDoesNotExist as error:
        raise NotFound("没有找到这条记录，请从查找结果里打开。") from error


def _proof(entry_id: UUID) -> str:
    try:
        return reverse("ledger:certificate", args=[entry_id])
    except NoReverseMatch:
        return ""


def _disclosure(entry_id: UUID) -> Any:
    """The salted fields behind the entry's public leaf, once it has its place in the tree."""
    disclosure_of = getattr(ledger, "disclosure_of", None)
    if disclosure_of is None:
        return None
    try:
        return disclosure_of(entry_id)
    except DomainError:
        return None
