"""The public JSON interface for verifiers and witnesses. Every error is a problem detail (RFC 9457)."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from ninja.throttling import BaseThrottle

from tongban.foundation.errors import DomainError, Invalid, NotFound
from tongban.foundation.texts import read_json
from tongban.foundation.throttle import SlidingWindow
from tongban.foundation.ui.audience import public
from tongban.trust.ledger import keys, queries, services

View = Callable[[HttpRequest], HttpResponse]
PAGE = 1000
"""Maximum number of leaves in one answer."""
MAX_BODY_BYTES = 4096
"""Maximum size of a submitted cosignature, in bytes."""
FRESH = "public, max-age=1"
LASTING = "public, max-age=3600"
"""For proofs of an explicit tree size, which never change."""
LIVE = "no-cache"
NUMBER = re.compile(r"[0-9]{1,18}")


THROTTLE = SlidingWindow(1200, 60)
"""1200 requests a minute for each address; a ledger of 14 million leaves can be read in a quarter of an hour."""


class NoHeadYet(NotFound):
    code = "no-head-yet"
    message = "还没有签发过树头。有第一条存证后一秒内就会签发，请稍后再试。"


class TooLarge(DomainError):
    code = "too-large"
    status = 413
    message = f"内容太大，见证签名不超过 {MAX_BODY_BYTES} 字节。"


def interface(*methods: str) -> Callable[[View], View]:
    """Decorate an operation: answer other methods with 405, domain errors with problems, unchanged content with 304."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            if request.method not in methods:
                return _problem(405, "method", f"这个地址只支持 {'、'.join(methods)}。", {"Allow": ", ".join(methods)})
            wait = THROTTLE.take(f"throttle_ledger_{BaseThrottle().get_ident(request)}")
            if wait:
                return _problem(429, "too-many", f"请求太多，请 {wait} 秒后再试。", {"Retry-After": str(wait)})
            try:
                response = view(request)
            except DomainError as refused:
                return _problem(refused.status, refused.code, refused.message)
            if request.method == "POST":
                return response
            etag = f'"{hashlib.blake2b(response.content, digest_size=16).hexdigest()}"'
            response["ETag"] = etag
            return get_conditional_response(request, etag=etag, response=response) or response

        return answer

    return decorate


READ = ("GET", "HEAD")


@public
@interface(*READ)
def head(request: HttpRequest) -> HttpResponse:
    """Return the newest head, and the newest head that each witness has cosigned."""
    cosigned = [queries.cosigned_as_json(one) for one in queries.cosigned_heads()]
    return _json({**queries.head_as_json(_newest()), "cosigned": cosigned}, FRESH)


@public
@interface(*READ)
def key(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(queries.ledger_key_pem(), content_type="application/x-pem-file")
    response["Cache-Control"] = FRESH
    return response


@public
@interface(*READ)
def witnesses(request: HttpRequest) -> HttpResponse:
    listed = [
        {
            "name": one.name,
            "public_key": keys.public_pem(bytes(one.public_key)),
            "added_at": one.added_at.isoformat(),
            "retired_at": one.retired_at and one.retired_at.isoformat(),
        }
        for one in queries.witnesses()
    ]
    return _json({"witnesses": listed}, FRESH)


@public
@interface(*READ)
def epochs(request: HttpRequest) -> HttpResponse:
    """Return every signed declaration of a restore from a backup."""
    return _json({"epochs": [queries.epoch_as_json(one) for one in queries.declared_epochs()]}, FRESH)


@public
@interface(*READ)
def entries(request: HttpRequest) -> HttpResponse:
    """Return the public leaves from `start` up to but excluding `end`, at most PAGE, covered by the newest head."""
    start, size = _number(request, "start"), _newest().size
    end = min(_number(request, "end", start + PAGE), start + PAGE, size)
    if start >= end:
        raise queries.NoSuchProof
    return _json({"start": start, "end": end, "size": size, "leaves": queries.public_leaves(start, end)}, LIVE)


@public
@interface(*READ)
def inclusion(request: HttpRequest) -> HttpResponse:
    newest = _newest()
    size = _number(request, "size", newest.size)
    by_entry = "entry" in request.GET
    position = queries.position_of(_uuid(request, "entry")) if by_entry else _number(request, "position")
    return _json(queries.inclusion(position, size), LASTING if "size" in request.GET else FRESH)


@public
@interface(*READ)
def consistency(request: HttpRequest) -> HttpResponse:
    first, second = _number(request, "from"), _number(request, "to", _newest().size)
    return _json(queries.consistency(first, second), LASTING if "to" in request.GET else FRESH)


@public
@interface("POST")
def cosignatures(request: HttpRequest) -> HttpResponse:
    """Accept a witness's cosignature: {"witness", "size", "root", "at", "signature"}, bytes in hexadecimal."""
    if int(request.headers.get("Content-Length") or 0) > MAX_BODY_BYTES:
        raise TooLarge
    kept = services.accept_cosignature(_submitted(request.body))
    return _json({"witness": kept.witness.name, "size": kept.head_id}, "no-store", status=201)


def _submitted(body: bytes) -> services.SubmittedCosignature:
    try:
        sent = read_json(body)
        witness, size, at = sent["witness"], sent["size"], sent["at"]
        root, signature = bytes.fromhex(sent["root"]), bytes.fromhex(sent["signature"])
    except (ValueError, KeyError, TypeError):
        raise Invalid("请发送 JSON：witness、size、root、at、signature（字节用十六进制）。") from None
    plain = isinstance(witness, str) and isinstance(at, str) and type(size) is int and 0 < size < 2**63
    if not plain:
        raise Invalid("请检查 witness、at（文字）和 size（正整数）。")
    return services.SubmittedCosignature(witness=witness, size=size, root=root, at=at, signature=signature)


def _newest() -> queries.Head:
    newest = queries.newest()
    if newest is None:
        raise NoHeadYet
    return newest


def _number(request: HttpRequest, name: str, default: int | None = None) -> int:
    text = request.GET.get(name)
    if text is None and default is not None:
        return default
    if text is None or not NUMBER.fullmatch(text):
        raise Invalid(f"请在参数 {name} 里写一个不小于 0 的整数。", field=name)
    return int(text)


def _uuid(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.GET[name])
    except ValueError:
        raise Invalid(f"参数 {name} 应是存证记录的编号（UUID）。", field=name) from None


def _json(content: Mapping[str, object], cache: str, status: int = 200) -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text, status=status, content_type="application/json")
    response["Cache-Control"] = cache
    return response


def _problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> HttpResponse:
    problem = {"type": f"urn:tongban:problem:{code}", "title": "存证接口", "status": status, "detail": detail}
    return HttpResponse(
        json.dumps(problem, ensure_ascii=False),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store"} | (headers or {}),
    )
