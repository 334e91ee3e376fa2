"""The inventory of keys and certificates for the security administrator; chains and revocation lists for everybody."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongban.foundation import clock
from tongban.foundation.errors import NotFound
from tongban.foundation.ui import pages
from tongban.foundation.ui.audience import public
from tongban.people.identity.access import city_post_required
from tongban.people.identity.requests import Request
from tongban.people.identity.stepup import require_fresh
from tongban.people.organisation.rules import PostKind
from tongban.portal.keys.forms import RevocationForm, RotationForm
from tongban.portal.keys.key_rows import key_rows
from tongban.portal.keys.policies import MANAGE
from tongban.portal.keys.words import PURPOSES
from tongban.trust.keys import queries, services
from tongban.trust.keys.services.certifying import REVOCATIONS

KINDS = {"": "全部", "root": "根证书", "department": "部门证书", "seal": "印章证书"}
EFFECTS = {
    "data": "新内容改用新的数据密钥加密；旧密钥停用，只用来解密，后台会把旧内容逐步换成新密钥。",
    "department": "生成下一版部门密钥，把这个用途的数据密钥重新包装。已加密的内容不动。",
    "index": "生成下一号索引密钥：约一分钟后新登记的内容用它，后台随后把旧索引逐步重建，两天后旧密钥停用。",
    "master": "把部门密钥改由新的主密钥保护。请先把新主密钥放在配置的第一位，并重启所有进程。",
}


security_admin = city_post_required(MANAGE, PostKind.SECURITY_ADMIN)
"""Admits the city's security administrators."""


@never_cache
@require_safe
@security_admin
def inventory(request: Request) -> HttpResponse:
    """List the keys of a level, and name those whose rotation is overdue."""
    level = request.GET.get("level", "data")
    level = level if level in queries.LEVELS else "data"
    state = request.GET.get("state", "")
    state = state if state in queries.STATES else ""
    today = clock.legal_day(clock.now())
    keys, page = queries.inventory(level, state=state, page=request.GET.get("page", "1"))
    context = {
        "key_rows": key_rows(keys, today=today),
        "page": page,
        "level": level,
        "state": state,
        "levels": queries.LEVELS,
        "states": queries.STATES,
        "overdue": queries.overdue(today),
        "words": PURPOSES,
    }
    return pages.render(request, "keys/inventory.html", context)


@never_cache
@security_admin
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh()
def rotate(request: Request, level: str) -> HttpResponse:
    """Explain the effect of rotating a level's keys, ask for the reason, then rotate."""
    if level not in services.LEVELS:
        raise NotFound()
    form = RotationForm.of(request, level=level, initial={"purpose": request.GET.get("purpose", "")})
    if form.is_valid():
        with form.refusals():
            typed = {"purpose": "", **form.cleaned_data}
            made = services.rotate(level, **typed, actor=request.actor)
            messages.success(request, f"已轮换 {len(made)} 把{queries.LEVELS[level]}，并写入存证。")
            return redirect(f"{reverse('keys:inventory')}?level={level}")
    context = {
        "level": level,
        "level_name": queries.LEVELS[level],
        "effect": EFFECTS[level],
        "form": form,
    }
    return pages.render(request, "keys/rotate.html", context, status=form.status)


@never_cache
@require_safe
@security_admin
def certificates(request: Request) -> HttpResponse:
    """List the certificates, of one kind or of all."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    page = queries.certificate_page(kind=kind, page=request.GET.get("page", "1"))
    return pages.render(
        request, "keys/certificates.html", {"page": page, "kind": kind, "kinds": KINDS, "now": clock.now()}
    )


@never_cache
@security_admin
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh()
def certificate(request: Request, certificate_id: UUID) -> HttpResponse:
    """Show one certificate, or revoke it."""
    form = RevocationForm.of(request)
    if form.is_valid():
        with form.refusals(NotFound):
            services.revoke(certificate_id, **form.cleaned_data, actor=request.actor)
            messages.success(request, "证书已吊销，吊销列表已经更新。")
            return redirect("keys:certificate", certificate_id)
    context = {
        "certificate": queries.certificate(certificate_id),
        "revocations": REVOCATIONS,
        "form": form,
        "now": clock.now(),
    }
    return pages.render(request, "keys/certificate.html", context, status=form.status)


@public
@require_safe
def chain(request: Request, certificate_id: UUID) -> HttpResponse:
    """Return the certificate and its chain to the root as PEM, for anybody who checks a seal."""
    content = queries.chain_pem(certificate_id).encode()
    return _download(content, f"{certificate_id}.pem", "application/x-pem-file")


@public
@require_safe
def revoked(request: Request, certificate_id: UUID) -> HttpResponse:
    """Return the revocation list of an authority (RFC 5280), in DER."""
    return _download(services.revocation_list(certificate_id), f"{certificate_id}.crl", "application/pkix-crl")


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-cache"
    return response
