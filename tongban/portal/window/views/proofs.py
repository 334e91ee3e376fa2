"""Identity checks at the window (窗口核验): by the document reader, by a second officer, or by both."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.foundation.city import has_demo
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.foundation.ui.filters import cn_when
from tongban.foundation.ui.forms import Form
from tongban.people.identity import queries as identity
from tongban.people.identity.access import officer_required, post_required
from tongban.people.identity.capacity import in_name_of_visit
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import check_fresh_second_factor
from tongban.people.organisation.rules import PostKind
from tongban.people.signin import queries, services
from tongban.people.signin.addresses import address_of
from tongban.portal.window.forms import AccountForm, NewPhoneCodeForm, ReceiptForm

NEW_PHONE = "window.new_phone"
"""Session key: the phones that were named at the present visit, and the id of the code that was sent to the new one."""
FRESH, TO_FINISH = 10, 20
"""Minutes for which the clerk's own second factor counts when a check begins, and when it ends.

The second is longer, so that clerks are not asked between reading a document and handing in the receipt, which is valid
for five minutes.
"""


@in_name_of_visit
@never_cache
@sensitive_post_parameters("phone", "new_phone", "code")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: Request) -> HttpResponse:
    """Begin a check: ask for the account of the person who is present, and for the code to a new phone of theirs."""
    actor = request.actor
    visit_id = str(services.visit_to_check(actor).id)
    form, code = AccountForm.of(request, when="phone"), NewPhoneCodeForm.of(request, when="code")
    if form.is_valid():
        check_fresh_second_factor(request, minutes=FRESH)
        named: dict[str, str] = {"phone": form.cleaned_data["phone"], "new_phone": form.cleaned_data["new_phone"]}
        with form.refusals():
            if not named["new_phone"]:
                return redirect("window:check", services.begin_check(phone=named["phone"], actor=actor).id)
            code_id = services.send_new_phone_code(**named, address=address_of(request), actor=actor)
            request.session[NEW_PHONE] = named | {"code_id": str(code_id), "visit": visit_id}
            return redirect("window:proof")
    sent = request.session.get(NEW_PHONE)
    if sent and sent["visit"] != visit_id:
        del request.session[NEW_PHONE]
        sent = None
    if sent and code.is_valid():
        check_fresh_second_factor(request, minutes=FRESH)
        with code.refusals():
            made = services.begin_check_with_phone(
                sent["code_id"],
                code.cleaned_data["code"],
                phone=sent["phone"],
                new_phone=sent["new_phone"],
                actor=actor,
            )
            del request.session[NEW_PHONE]
            return redirect("window:check", made.id)
    context = {"form": form, "code": code, "new_phone": sent["new_phone"] if sent else ""}
    return pages.render(request, "window/proof.html", context, status=max(form.status, code.status))


@in_name_of_visit
@never_cache
@sensitive_post_parameters("receipt")
@officer_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, check_id: UUID) -> HttpResponse:
    """Hand in the reader's receipt, or ask a colleague to confirm the check."""
    actor = request.actor
    current = queries.check_of(check_id)
    if current is None or current.clerk_id != actor.subject_id:
        raise NotFound("没有找到这次核验，请从“现场办理”重新开始。")
    form, second = ReceiptForm.of(request, when="receipt"), Form.of(request, when="second")
    if form.is_valid() or second.is_valid():
        check_fresh_second_factor(request, minutes=TO_FINISH)
    if form.is_valid():
        with form.refusals():
            services.take_statement(check_id, form.cleaned_data["receipt"], actor=actor)
            return redirect("window:check", check_id)
    if second.is_valid():
        with second.refusals():
            services.ask_second(check_id, actor=actor)
            return redirect("window:check", check_id)
    context: dict[str, object] = {
        "check": current,
        "form": form,
        "second": second,
        "both": current.proof_id is None and services.needs_both(current),
        "reset_at": queries.reset_at(current.account) if current.proof_id is None else None,
        "told": current.proof_id is not None and bool(queries.notified_phones(current)),
        "needs_reader": queries.new_phone_needs_reader(current),
        "readers": queries.readers_at(current.department_id),
        "demo": has_demo(),
    }
    return pages.render(request, "window/check.html", context, status=max(form.status, second.status))


@never_cache
@post_required(PostKind.WINDOW, PostKind.HEAD)
@require_safe
def confirmations(request: Request) -> HttpResponse:
    """List the checks that colleagues of the same hall ask the officer to confirm."""
    actor = request.actor
    waiting = queries.checks_to_confirm(actor)
    names = identity.display_names(c.clerk_id for c in waiting)
    rows = [(check, names.get(check.clerk_id, "")) for check in waiting]
    return pages.render(request, "window/confirmations.html", {"rows": rows})


@never_cache
@post_required(PostKind.WINDOW, PostKind.HEAD)
@require_POST
def confirm(request: Request, check_id: UUID) -> HttpResponse:
    """Confirm, as the second officer, that person and document match."""
    actor = request.actor
    if not any(check.id == check_id for check in queries.checks_to_confirm(actor)):
        raise NotFound("这次核验没有在等您复核：它已经完成、过了时间，或者是您自己经办的。")
    check_fresh_second_factor(request, minutes=FRESH)
    done = services.confirm_second(check_id, actor=actor)
    if done.proof is not None and done.proof.counts_from is not None:
        messages.success(request, f"复核已记录，核验完成，{cn_when(done.proof.counts_from)} 起生效。")
    else:
        messages.success(request, "复核已记录，还要经办人用读卡器读取证件，核验才完成。")
    return redirect("window:confirmations")
