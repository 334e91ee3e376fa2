"""Answers that can be asked for again cheaply: entity tags, and lists by cursor."""

import re
from hashlib import blake2s
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from tongban.foundation.errors import DomainError

JSON = "application/json"
LARGEST_PAGE = 100
ANY = "*"
_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(_TAG)
_TAGS = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")

GUARD = rf"^[ \t]*(?:\*[ \t]*|{_TAGS.pattern})$"
"""What If-Match may say, for the description of the interface: as `tags_in` reads it."""


class BadCursor(DomainError):
    """The cursor was not made here, or for another list."""

    code = "bad-cursor"
    status = 400
    message = "cursor 不对，请用上一页给出的 next，或去掉它从第一页开始。"


class InvalidEntityTag(DomainError):
    """A guard that says nothing must not let a change through."""

    code = "bad-if-match"
    status = 400
    message = "If-Match 写得不对：请原样写读到的 ETag（带双引号），几个之间用逗号，或写 *；不需要比较就不要带这个头。"


class PreconditionFailed(DomainError):
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
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = tags_in(wanted)
    if tags is None:
        raise InvalidEntityTag()
    if tags != [ANY] and etag_of(body.model_dump_json()) not in tags:
        raise PreconditionFailed()


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


def tags_in(header: str) -> list[str] | None:
    """The entity tags of a list, or `[ANY]`; None when it is empty or no such list (RFC 9110, 8.8.3 and 13.1.1)."""
    if header.strip() == ANY:
        return [ANY]
    return _LIST.findall(header) if _TAGS.fullmatch(header) else None


def _names(header: str, tag: str) -> bool:
    """Whether If-None-Match names the tag, by the weak comparison; what is no list of tags is passed over."""
    tags = tags_in(header) or []
    return tags == [ANY] or tag in {one.removeprefix("W/") for one in tags}
