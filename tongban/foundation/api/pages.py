"""Answers that can be asked for again cheaply: entity tags, and lists by cursor."""

from hashlib import blake2s
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from tongban.foundation.errors import DomainError

JSON = "application/json"
LARGEST_PAGE = 100


class BadCursor(DomainError):
    """The cursor was not made here, or for another list."""

    code = "bad-cursor"
    status = 400
    message = "cursor 不对，请用上一页给出的 next，或去掉它从第一页开始。"


class Stale(DomainError):
    """The representation has changed since it was read."""

    code = "stale"
    status = 412
    message = "内容已经变了，请重新读取后再改。"


def etag_of(content: str) -> str:
    """The entity tag of a representation."""
    return f'"{blake2s(content.encode(), digest_size=12).hexdigest()}"'


def respond(request: HttpRequest, body: BaseModel) -> HttpResponse:
    """The representation with its entity tag, or 304 when the reader has it (RFC 9110, 13.1.2)."""
    content = body.model_dump_json()
    tag = etag_of(content)
    if _names(request.headers.get("If-None-Match", ""), tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(content, content_type=JSON, headers={"ETag": tag})


def check_unchanged(request: HttpRequest, body: BaseModel) -> None:
    """Refuse a change of something else than what the sender read (If-Match, RFC 9110, 13.1.1)."""
    wanted = request.headers.get("If-Match", "")
    if wanted and not _names(wanted, etag_of(body.model_dump_json())):
        raise Stale()


def make_cursor(name: str, place: Any) -> str:
    """Where the next page of a list begins; signed, so that nobody makes up one. It stays right for ever."""
    return signing.dumps([name, place], salt="api.cursor", compress=False)


def read_cursor(name: str, cursor: str) -> Any:
    """The place in the list, or BadCursor; None for the first page."""
    if not cursor:
        return None
    try:
        of, place = signing.loads(cursor, salt="api.cursor")
    except (signing.BadSignature, ValueError, TypeError):
        raise BadCursor() from None
    if of != name:
        raise BadCursor()
    return place


def _names(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in header.split(",")}
