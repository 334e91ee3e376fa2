"""Idempotency keys: a request that is sent again after a lost connection is processed once."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from tongban.foundation import clock
from tongban.foundation.errors import Conflict, Invalid
from tongban.foundation.writing import insert_together, update
from tongban.people.api.models import IdempotencyKey
from tongban.people.api.pages import JSON, etag_of
from tongban.trust.crypto.services import blind_index, is_index_of

HEADER = "Idempotency-Key"
KEY_PATTERN = re.compile(r"[!-~]{1,64}")


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency-key-reused"
    message = "这个 Idempotency-Key 已经用于另一个请求。重发同一个请求才用同一个键，新的请求请换一个。"


Given = ParamSpec("Given")


def once(
    operation: Callable[Concatenate[HttpRequest, Given], tuple[int, BaseModel]],
) -> Callable[Concatenate[HttpRequest, Given], HttpResponse]:
    """Process the operation and store its answer in one transaction; repeat the answer for the same key and request.

    The operation returns (status, schema). A refusal is not stored: it changed nothing and may be tried again. Raises
    Invalid for a malformed key, KeyReused for one of another request.
    """

    @wraps(operation)
    def wrapped(request: HttpRequest, /, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        key = request.headers.get(HEADER)
        if key is not None and not KEY_PATTERN.fullmatch(key):
            raise Invalid(f"{HEADER} 是 1 至 64 个可见的英文字符，不能为空；不需要就不要带这个头。", field=HEADER)
        if key is None:
            with transaction.atomic():
                status, body = operation(request, *args, **kwargs)
                return _answer(status, body.model_dump_json())
        bearer = vars(request)["auth"].id
        asked = f"{request.method} {request.path}\n".encode() + request.body
        text = asked.decode(errors="backslashreplace")
        digest = blind_index(text, purpose="idempotency")
        try:
            with transaction.atomic():
                kept = IdempotencyKey(bearer=bearer, key=key, request_digest=digest, at=clock.now())
                insert_together([kept])
                kept.status, body = operation(request, *args, **kwargs)
                kept.answer = body.model_dump_json()
                update(kept, "status", "answer")
                return _answer(kept.status, kept.answer)
        except IntegrityError as error:
            return _again(bearer, key, text, error)

    return wrapped


def _again(bearer: UUID, key: str, asked: str, error: IntegrityError) -> HttpResponse:
    kept = IdempotencyKey.objects.filter(bearer=bearer, key=key).first()
    if kept is None:
        raise error
    if not is_index_of(kept.request_digest, asked, purpose="idempotency"):
        raise KeyReused()
    if not kept.status:
        raise Conflict("同一个请求正在办理，请稍后用同一个 Idempotency-Key 再试。")
    return HttpResponse(kept.answer, status=kept.status, content_type=JSON, headers={"Idempotency-Replayed": "true"})


def _answer(status: int, content: str) -> HttpResponse:
    return HttpResponse(content, status=status, content_type=JSON, headers={"ETag": etag_of(content)})
