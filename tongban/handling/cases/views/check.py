"""The check page, where everything is seen, confirmed and submitted once, and the receipt."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.ui import pages
from tongban.handling.cases import queries, services
from tongban.handling.cases.once import AlreadyApplied
from tongban.handling.cases.plan import MATERIALS, QUESTIONS
from tongban.handling.cases.queries.drafts import DraftView, KnownFact
from tongban.handling.cases.rules.agreement import confirmation
from tongban.handling.cases.rules.child_name import GIVEN_NAME, whole_name
from tongban.handling.cases.rules.form import FieldError
from tongban.handling.cases.services.submission import Incomplete, ServiceChanged
from tongban.handling.cases.views.apply import both_versions, fields_of, settled_of
from tongban.handling.cases.views.fields import in_words
from tongban.handling.cases.views.frame import (
    CHECK,
    QUESTION_FORM,
    SEEN,
    address_of,
    anchor_of,
    checked_draft,
    correction_address,
    correction_label,
    draft_view,
    frame,
    named_items,
    progress_address,
    redirect_if_submitted,
)
from tongban.handling.catalog.times import acceptance_words, promise, whole_promise
from tongban.people.identity.access import applicant_required
from tongban.people.identity.queries import display_names
from tongban.people.identity.requests import Request
from tongban.people.identity.rules import OutsideMandate

AGREED, UNCORRECTED = "agreed", "uncorrected"


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, draft_id: UUID) -> HttpResponse:
    """Show everything on one page, and submit it. A short form is filled in here. Submitting twice changes nothing."""
    if request.method == "POST":
        return _submit(request, draft_id)
    view = checked_draft(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    if before_it := _page_before(view):
        return redirect(address_of(view, before_it))
    return pages.render(request, "cases/check.html", _context(view, problems=[] if view.only_page else view.problems))


def _page_before(view: DraftView) -> str:
    """Return a page that the applicant has to see before this one, or an empty string."""
    if view.uploads and MATERIALS not in view.application.pages_done and all(page.done for page in view.pages):
        return MATERIALS
    single = len(view.pages) == 1 and not view.questions and not view.only_page
    return view.pages[0].key if single and not view.pages[0].done else ""


def _submit(request: Request, draft_id: UUID) -> HttpResponse:
    typed = {key: str(value) for key, value in request.POST.items()}
    before = draft_view(request, draft_id)
    if submitted := redirect_if_submitted(before.application):
        return submitted
    inline = typed.get("page", "")
    checked = services.Checked(
        requirements=typed.get("checked", ""),
        answers=typed.get("content", ""),
        agreed=typed.get(AGREED) == "yes",
        uncorrected=typed.get(UNCORRECTED) == "yes",
    )
    if inline and inline != before.form_page:  # the form has gained a page since this one was opened
        return redirect("cases:resume", draft_id)
    problems: list[FieldError] = []
    context: dict[str, object] = {}
    status = 422
    try:
        if "doubt" in typed:
            if inline:
                services.save_answers(draft_id, typed, page=inline, actor=request.actor, seen=typed.get(SEEN, ""))
            return redirect(correction_address(before, typed, CHECK) or address_of(before, CHECK))
        application = services.finish(
            draft_id, typed, page=inline, seen=typed.get(SEEN, ""), checked=checked, actor=request.actor
        )
        return redirect("cases:receipt", application.number)
    except Incomplete as refusal:
        problems = refusal.problems
        context |= {"agreed": checked.agreed, "despite": checked.uncorrected}
    except services.NotAgreed as refusal:
        context |= {"not_agreed": refusal.message, "despite": checked.uncorrected}
    except services.CorrectionsRunning as refusal:
        context |= {"uncorrected": refusal.message, "agreed": checked.agreed}
    except services.SavedElsewhere as conflict:
        return both_versions(request, before, inline, conflict, typed)
    except AlreadyApplied as refusal:
        context |= {"twice": refusal.message, "earlier": progress_address(refusal.number) if refusal.number else ""}
        status = 409
    except (ServiceChanged, services.ChangedElsewhere, OutsideMandate) as refusal:
        context["changed"] = refusal.message
        status = 409
    view = checked_draft(request, draft_id)
    if submitted := redirect_if_submitted(view.application):
        return submitted
    shown = _context(view, problems=problems or view.problems, typed=typed) | context
    return pages.render(request, "cases/check.html", shown, status=status)


def _context(
    view: DraftView, *, problems: list[FieldError], typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    inline = view.only_page
    items = {item.code: item for item in view.plan.items.values()}
    context = frame(view, CHECK) | {
        "problems": [(p.sentence, _place_of(view, p, inline)) for p in problems],
        "summaries": _summaries(view),
        "materials": view.asked_materials,
        "handed_on": view.handed_on,
        "items": named_items(view),
        "promise": promise,
        "confirmation": confirmation,
        "whole": whole_promise(view.steps, items),
        "acceptance": acceptance_words(view.plan.items.values()),
        "content": view.plan.answers_stamp(inline),
        "inline": inline,
    }
    if inline:
        found = view.page(inline)
        context |= {
            "hint": found.hint,
            "facts": found.facts,
            "settled": settled_of(view, found),
            "fields": fields_of(view, inline, problems, typed),
            "seen": view.plan.page_stamp(inline),
            "saved_at": address_of(view, inline),
        }
    return context


def _place_of(view: DraftView, problem: FieldError, inline: str) -> str:
    page = "" if problem.page == inline else address_of(view, problem.page)
    return page + anchor_of(view, problem)


def _summaries(view: DraftView) -> list[dict[str, object]]:
    """Return all answers in words, page by page, each page with a link back to it."""
    found: list[dict[str, object]] = []
    if view.plan.bundle.questions:
        rows = [_row(view, fact, f"{fact.value}（{fact.source}）") for fact in view.known_answers]
        rows += [
            {"key": q.text, "value": view.plan.choices(q).get(view.answers.get(q.key, ""), "未回答")}
            for q in view.questions
        ]
        found.append({"title": QUESTION_FORM, "href": address_of(view, QUESTIONS), "rows": rows})
    for page in view.pages:
        rows = [_row(view, fact, fact.value) for fact in page.facts]
        rows += [
            {"key": f.label, "value": in_words(f, view.answers.get(f.key, ""), view.shown_values) or "未填"}
            for f in (*page.settled, *page.fields)
        ]
        if any(f.key == GIVEN_NAME for f in page.fields) and (whole := whole_name(view.answers, view.facts)):
            rows.append({"key": "宝宝全名", "value": whole})
        found.append({"title": page.title, "href": address_of(view, page.key), "rows": rows})
    return found


def _row(view: DraftView, fact: KnownFact, value: str) -> dict[str, str]:
    """Return a fact as a row of the summary, with how far its correction is, if one was asked for."""
    row = {"key": fact.label, "value": value}
    if standing := view.corrections.get(fact.key):
        href = correction_address(view, {"doubt": fact.key}, CHECK)
        row |= {"href": href, "action": correction_label(standing), "hidden": f"：{fact.label}"}
    return row


@applicant_required
@require_safe
def receipt(request: Request, number: str) -> HttpResponse:
    """Confirm the submission with its number, the materials received, and what happens next."""
    application = queries.application_of(number, actor=request.actor)
    context = {
        "application": application,
        "progress": queries.progress(application),
        "materials": queries.received_materials(application),
        "applicant": display_names([application.applicant_id]).get(application.applicant_id, ""),
        "way_back": queries.way_back(application),
    }
    return pages.render(request, "cases/receipt.html", context)
