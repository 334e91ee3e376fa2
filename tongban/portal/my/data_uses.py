"""谁用过我的数据: list uses of the data of readers, their firm or their children, and object to one."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.exchange.libraries import queries as libraries
from tongban.foundation import clock
from tongban.foundation.ids import id_from
from tongban.foundation.ui import pages
from tongban.foundation.ui.filters import cn_date
from tongban.foundation.ui.tabs import query_of, tabs
from tongban.handling.cases import queries as cases
from tongban.people.datauses import queries as datauses
from tongban.people.identity.access import citizen_required, in_own_name
from tongban.people.identity.actors import Actor
from tongban.people.identity.requests import Request
from tongban.portal.my import services
from tongban.portal.my.forms import ObjectionForm

MONTHS = 12
"""Months that the filter offers, the current one included."""


@never_cache
@citizen_required
@in_own_name
@require_safe
def uses(request: Request) -> HttpResponse:
    """List the uses of one subject's data, newest first. The reader may choose among `_visible_subjects`."""
    whose = _visible_subjects(request.actor)
    chosen = id_from(request.GET.get("of", ""))
    subject_id = chosen if chosen in whose else next(iter(whose))
    asked = {name: request.GET.get(name, "") for name in ("month", "department", "kind", "own")}
    filters = datauses.Filters(
        asked["month"], id_from(asked["department"]), asked["kind"], with_own=asked["own"] == "yes"
    )
    after = request.GET.get("after", "")
    found = datauses.uses_of(subject_id, filters=filters, after=after)
    kept = {"of": str(chosen) if chosen in whose else "", **asked}
    context = {
        "rows": found.rows,
        "named": cases.applications_named((row.case_number for row in found.rows), subject_id),
        "proofs": {row.id: reverse("ledger:certificate", args=[row.entry_id]) for row in found.rows},
        "asked": asked,
        "of": str(subject_id),
        "filtered": any(asked.values()),
        "people": tabs("of", ((str(key), words) for key, words in whose.items()), current=str(subject_id)),
        "months": [("", "全部月份"), *_months(clock.legal_day(clock.now()))],
        "departments": [("", "全部部门"), *((str(key), name) for key, name in datauses.departments_using(subject_id))],
        "owns": [("", "别人和部门的"), ("yes", "包括我自己的")],
        "kinds": [("", "全部用途"), *datauses.kinds()],
        "next": query_of({**kept, "after": found.next}) if found.next else "",
        "first": query_of(kept) or "all=1" if after else "",
    }
    return pages.render(request, "my/data_uses.html", context)


@never_cache
@citizen_required
@in_own_name
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: Request, use_id: UUID) -> HttpResponse:
    """我有异议: object to one use of data. This opens a work order that the department has to answer."""
    actor = request.actor
    whose = _visible_subjects(actor)
    row, form = datauses.use_of(use_id, list(whose)), ObjectionForm.of(request)
    if form.is_valid():
        with form.refusals():
            services.object_to_use(use_id, text=form.cleaned_data["text"], whose=list(whose), actor=actor)
            messages.success(
                request, f"异议已转给使用数据的部门，{services.ANSWER_DAYS} 个工作日内答复，进展在“我的工单”里看。"
            )
            return redirect("my:data_uses")
    context = {"row": row, "form": form, "days": services.ANSWER_DAYS}
    return pages.render(request, "my/objection.html", context, status=form.status)


def _visible_subjects(actor: Actor) -> dict[UUID, str]:
    """Return the subjects whose data uses the reader may see, with labels.

    These are the firm when acting for one, otherwise the reader and their children under eighteen.
    """
    principal = actor.acting_for
    assert principal is not None
    if principal != actor.subject_id:
        return {principal: "这家企业"}
    today = clock.legal_day(clock.now())
    children = libraries.minor_children_of(principal, today)
    return {principal: "我的"} | {child: f"{cn_date(born)}出生的孩子" for child, born in children}


def _months(today: date) -> list[tuple[str, str]]:
    """Return the last twelve months, latest first, as (`2026-11`, `2026 年 11 月`)."""
    count = today.year * 12 + today.month - 1
    pairs = [divmod(count - back, 12) for back in range(MONTHS)]
    return [(f"{year}-{month + 1:02}", f"{year} 年 {month + 1} 月") for year, month in pairs]
