"""The pages of the wallet, and of the public verification."""

from typing import TypeVar
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from tongban.exchange.licences import document, queries, services
from tongban.exchange.licences.forms import HolderForm, VerifyForm
from tongban.exchange.licences.rules import GUESSED
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.foundation.ui.shell import place
from tongban.people.api.guesses import TooManyGuesses, caller_of, guessing
from tongban.people.identity.access import actor_of_request, citizen_required
from tongban.people.identity.requests import Request
from tongban.trust.crypto import services as crypto
from tongban.trust.keys import services as keys

KINDS = (("", "全部"), ("licence", "证照"), ("document", "结果文书"))
STATES = (("", "全部状态"), ("valid", "有效"), ("ended", "已失效"))
Response = TypeVar("Response", bound=HttpResponseBase)


@require_GET
@citizen_required
def wallet(request: Request) -> HttpResponse:
    """Show the licences that the person or organisation holds or keeps."""
    kind = _one_of(request.GET.get("kind", ""), KINDS)
    status = _one_of(request.GET.get("status", ""), STATES)
    actor = request.actor
    queries.check_may_open(actor)
    found = queries.wallet(actor.party, request.GET.get("page", "1"), kind=kind, status=status)
    context = {"wallet": found, "kind": kind, "status": status, "kinds": KINDS, "states": STATES}
    return pages.render(request, "licences/wallet.html", context)


@require_GET
@citizen_required
def licence(request: Request, licence_id: UUID) -> HttpResponse:
    """Show one licence with its face, versions and QR code. An altered one shows no face."""
    row = queries.in_wallet(licence_id, actor=request.actor)
    result = services.verify_record(row)
    shown = queries.facts_of(row)
    return pages.render(
        request,
        "licences/licence.html",
        {
            "licence": shown,
            "result": result,
            "surface": queries.shown_surface(row) if result.record_ok else [],
            "versions": queries.versions_of(row),
            "qr": document.qr_svg(document.verify_address(row.verify_code)),
            "file_name": _file_name(row.type.name),
        },
    )


@require_GET
@citizen_required
def document_pdf(request: Request, licence_id: UUID) -> HttpResponseBase:
    """Stream the sealed PDF of one's own licence."""
    actor = request.actor
    row = queries.in_wallet(licence_id, actor=actor)
    size, content = services.document_stream(row.id, actor=actor)
    answer = StreamingHttpResponse(content, content_type="application/pdf")
    answer["Content-Length"] = str(size)
    return _as_download(answer, _file_name(row.type.name))


@require_GET
@citizen_required
def document_signature(request: Request, licence_id: UUID) -> HttpResponse:
    """Download the signature of the sealed PDF, for verification with openssl."""
    actor = request.actor
    row = queries.in_wallet(licence_id, actor=actor)
    signature = bytes(services.rendered(row.id, actor=actor).signature)
    return _download(signature, f"{row.type.name}.sig", "application/octet-stream")


@public
@require_GET
def issuer_key(request: Request, code: str) -> HttpResponse:
    """Return the public key of the issuer's seal as PEM, which openssl reads."""
    with guessing(request, GUESSED):
        key_id = queries.key_of(code)
    pem = crypto.public_key_pem(key_id)
    return _download(pem.encode(), "issuer-key.pem", "application/x-pem-file")


@public
@require_GET
def seal_certificate(request: Request, code: str) -> HttpResponse:
    """Redirect to the certificate of the seal and its chain."""
    with guessing(request, GUESSED):
        key_id, issuer_id = queries.seal_of(code)
    address = place("certificate-chain", keys.certificate_of(key_id, issuer_id).id)
    if not address:
        raise NotFound
    return redirect(address)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify_form(request: Request) -> HttpResponse:
    """Take a code or a PDF to verify."""
    form = VerifyForm.of(request)
    if form.is_valid():
        with form.refusals(TooManyGuesses):
            return _answer(request, form)
    return pages.render(request, "licences/verify_form.html", {"form": form}, status=form.status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: Request, code: str) -> HttpResponse:
    """Show whether the licence with a code is genuine; compare the holder of the document. The QR code leads here."""
    form, agrees = HolderForm.of(request), None
    if form.is_valid():
        name, ending = form.cleaned_data["holder"], form.cleaned_data["ending"]
        with form.refusals(NotFound), guessing(request, GUESSED):
            agrees = services.match_holder(
                code, name=name, ending=ending, actor=actor_of_request(request), caller=caller_of(request)
            )
    return _check_page(request, code, holder=form, agrees=agrees)


def _answer(request: Request, form: VerifyForm) -> HttpResponse:
    """Redirect a code to its page, and answer a file at once.

    The result for a file has no address, so that no link can claim that a file was compared.
    """
    upload = form.cleaned_data.get("document")
    if not upload:
        with guessing(request, GUESSED):
            code = queries.verification(form.cleaned_data["code"]).licence.verify_code
        return redirect("licences:verify", code)
    with guessing(request, GUESSED):
        found = queries.code_of_document(upload.read())
        if found is None:
            raise NotFound("这个文件不是本平台签发的原件，或内容已被改动。请向持证人索取原件，或扫描二维码核验。")
    code = found
    return _check_page(request, code, from_file=True)


def _check_page(
    request: Request,
    code: str,
    *,
    from_file: bool = False,
    holder: HolderForm | None = None,
    agrees: bool | None = None,
) -> HttpResponse:
    holder = holder or HolderForm()
    with guessing(request, GUESSED):
        found = services.verify(code, actor=actor_of_request(request), channel="file" if from_file else "code")
    context = {
        "licence": found.licence,
        "result": found.result,
        "from_file": from_file,
        "holder": holder,
        "agrees": agrees,
        "minor": found.licence.holder_name == queries.MINOR,
    }
    response = pages.render(request, "licences/verify.html", context, holder.status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _one_of(value: str, choices: tuple[tuple[str, str], ...]) -> str:
    return value if value in dict(choices) else ""


def _file_name(name: str) -> str:
    return f"{name}.pdf"


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    return _as_download(HttpResponse(content, content_type=media_type), name)


def _as_download(response: Response, name: str) -> Response:
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response
