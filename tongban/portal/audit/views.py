"""The audit administrator's pages: search, one entry, look-up of a person by number, and export."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation import clock
from tongban.foundation.errors import DomainError, NotFound
from tongban.foundation.ui import pages, slots
from tongban.foundation.ui.tabs import tabs
from tongban.people.identity.access import city_post_required
from tongban.people.identity.policy import PolicyRefused, ProofNeeded
from tongban.people.identity.requests import Request
from tongban.people.organisation import queries as organisation
from tongban.people.organisation.rules import PostKind
from tongban.portal.audit import queries, services
from tongban.portal.audit.forms import ConditionsForm, ExportForm, PersonForm
from tongban.portal.audit.policies import SEARCH
from tongban.trust.ledger import queries as ledger

SALT, PERSON_SECONDS = "audit.person", 1800
"""Salt of the signature, and seconds for which the signed token of a looked-up person is valid."""
NOT_CONDITIONS = {"after", "export_reason", "csrfmiddlewaretoken"}


audit_admin = city_post_required(SEARCH, PostKind.AUDIT_ADMIN)
"""Admits the city's audit administrators."""


@never_cache
@audit_admin
@require_safe
def search(request: Request) -> HttpResponse:
    """Search entries by time, event, department, officer, case or person; newest first."""
    return _page(request, PersonForm())


@never_cache
@sensitive_post_parameters("number", "reason")
@audit_admin
@require_http_methods(["POST"])
def person(request: Request) -> HttpResponse:
    """Look up a person by number, and redirect to an address with a signed token instead of the number."""
    form = PersonForm.of(request)
    if form.is_valid():
        actor = request.actor
        with form.refusals(ProofNeeded, PolicyRefused):
            found = services.look_up_person(**form.cleaned_data, actor=actor)
            token = signing.dumps([str(found), str(actor.subject_id)], salt=SALT)
            return redirect(f"{reverse('audit:search')}?{urlencode({'person': token})}")
    return _page(request, form)


@never_cache
@audit_admin
@require_safe
def entry(request: Request, entry_id: UUID) -> HttpResponse:
    """Show one entry with its fields, its reason and a link to its proof."""
    row = _entry(entry_id)
    context = {
        "entry": row,
        "line": queries.lines([row])[0],
        "proof": reverse("ledger:certificate", args=[entry_id]),
        "disclosure": _disclosure(entry_id),
    }
    return pages.render(request, "audit/entry.html", context)


@never_cache
@sensitive_post_parameters("export_reason")
@audit_admin
@require_POST
def export(request: Request) -> HttpResponse:
    """Return the page of entries that is shown as CSV. Without a reason, show the page again and ask for it."""
    asked = request.POST
    form = ConditionsForm(asked)
    if not form.is_valid():
        return redirect("audit:search")
    found = ledger.search(_conditions(request, form, asked.get("person", "")), after=asked.get("after", ""))
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
    """Show the search and its results. With a refused `export_form`, the conditions are in the posted data."""
    asked = request.POST if export_form else request.GET
    export_form = export_form or ExportForm()
    status = max(person_form.status, export_form.status)
    form, found, problem = ConditionsForm(asked), ledger.SearchPage(), ""
    token, after = asked.get("person", ""), asked.get("after", "")
    if form.is_valid():
        try:
            found = ledger.search(_conditions(request, form, token), after=after)
        except DomainError as refusal:
            problem, status = refusal.message, refusal.status
    kept = {name: str(value) for name, value in asked.items() if value and name not in NOT_CONDITIONS}
    context: dict[str, object] = {
        "form": form,
        "person_form": person_form,
        "person": token,
        "lines": queries.lines(found.rows),
        "next": urlencode({**kept, "after": found.next}) if found.next else "",
        "first": urlencode(kept) if after else "",
        "kept": {**kept, "after": after},
        "problem": problem,
        "alarms": ledger.open_alarms(),
        "export_form": export_form,
        "types": [("", "全部事件"), *queries.type_choices()],
        "departments": [("", "全部部门"), *((d.id, d.name) for d in organisation.departments())],
        "tabs": tabs(
            "group",
            queries.GROUPS,
            current=kept.get("group", ""),
            kept=kept | {"type": ""},
            address=reverse("audit:search"),
        ),
    }
    return pages.render(request, "audit/search.html", context, status=status)


def _conditions(request: Request, form: ConditionsForm, token: str) -> ledger.Search:
    data = form.cleaned_data
    since, until = clock.start_of(data["since"]), clock.start_of(data["until"] + timedelta(days=1))
    subjects: tuple[UUID, ...] | None = None
    entries: tuple[UUID, ...] = ()
    if token:
        subjects, entries = queries.subjects_and_entries_about(_person(request, token), since, until)
    return ledger.Search(
        since=since,
        until=until,
        types=(data["type"],) if data["type"] else queries.types_of(data["group"]),
        actors=queries.actors_of(data["who"].strip(), data["department"]),
        subjects=subjects,
        entries=entries,
        case_number=data["case"],
    )


def _person(request: Request, token: str) -> UUID:
    """Return the person whom a signed token names.

    It is valid for half an hour, and only for the administrator who gave the reason; otherwise NotFound is raised.
    """
    try:
        found, by = signing.loads(token, salt=SALT, max_age=PERSON_SECONDS)
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


def _entry(entry_id: UUID) -> ledger.RecordedEntry:
    try:
        return ledger.entry(entry_id)
    except ObjectDoesNotExist as error:
        raise NotFound("没有找到这条记录，请从查找结果里打开。") from error


def _disclosure(entry_id: UUID) -> ledger.Disclosure | None:
    """Return the salted fields behind the entry's public leaf, or None while the entry has no position in the tree."""
    try:
        return ledger.disclosure_of(entry_id)
    except DomainError:
        return None
