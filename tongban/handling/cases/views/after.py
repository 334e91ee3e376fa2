"""Pages after submission: answer a correction notice, withdraw, open one's own upload."""

from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation.errors import Invalid, NotFound
from tongban.foundation.ui import pages
from tongban.foundation.workdays import queries as workdays
from tongban.handling.cases import queries, services
from tongban.handling.cases.forms import CorrectionForm, WithdrawalForm
from tongban.handling.cases.views.frame import progress_address
from tongban.people.identity.access import applicant_required
from tongban.people.identity.requests import Request
from tongban.trust.files import queries as files
from tongban.trust.files import services as file_contents


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: Request, number: str, case_number: str) -> HttpResponse:
    """Show everything that the notice names, each with a field for a file, and send the case back to the officer."""
    actor = request.actor
    case, notice = queries.correction_of(number, case_number, actor=actor)
    form = CorrectionForm.of(request, wanted=notice.wanted)
    if form.is_valid():
        with form.refusals():
            problems = services.answer_correction(case.id, form.chosen, actor=actor)
            if not problems:
                messages.success(request, f"“{case.name}”已补正并重新提交，工作人员会接着办。")
                return redirect(progress_address(number))
            for problem in problems:
                form.refuse(Invalid(problem.sentence, field=problem.field))
    context = {
        "case": case,
        "notice": notice,
        "form": form,
        "added": queries.added_since(case, notice),
        "provisional": workdays.calendar().is_provisional(notice.due_on),
    }
    return pages.render(request, "cases/correction.html", context, status=form.status)


@applicant_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: Request, number: str) -> HttpResponse:
    """Explain what a withdrawal means, and withdraw the whole application or one case."""
    actor = request.actor
    application = queries.application_of(number, actor=actor)
    progress = queries.progress(application)
    left = [row for row in progress.cases if row.can_withdraw]
    form = WithdrawalForm.of(request, left={row.number: row.name for row in left})
    if form.is_valid():
        wanted, reason = form.cleaned_data["case"], form.cleaned_data["reason"]
        case_id = next((row.id for row in left if row.number == wanted), None)
        with form.refusals():
            services.withdraw(application.id, reason=reason, actor=actor, case_id=case_id)
            messages.success(request, "已撤回。撤回的办件不再办理，需要时可以重新申请。")
            return redirect(progress_address(number))
    context = {"application": application, "left": left, "form": form}
    return pages.render(request, "cases/withdrawal.html", context, status=form.status)


@applicant_required
@require_safe
def file(request: Request, attachment_id: UUID) -> HttpResponseBase:
    """Stream one's own uploaded file."""
    actor = request.actor
    file_id = queries.own_file(attachment_id, actor=actor)
    if file_id is None:
        raise NotFound("没有找到这个文件。")
    stored = files.stored_file(file_id)
    answer = StreamingHttpResponse(file_contents.open_stream(file_id), content_type=stored.media_type)
    answer["Content-Length"] = str(stored.size)
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(stored.name)}"
    answer["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"
    answer["Cache-Control"] = "no-store"
    return answer
