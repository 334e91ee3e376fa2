"""Entity tags for conditional requests, and cursors for lists."""

import re
from hashlib import blake2s

from django.core import signing
from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from tongban.foundation.errors import DomainError

JSON = "application/json"
MAX_PAGE_SIZE = 100
ANY = "*"
_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(_TAG)
_TAGS = re.compile(rf"[ \t,]*{_TAG}[ \t]*(?:,[ \t]*(?:{_TAG}[ \t]*)?)*")

GUARD = rf"^[ \t]*(?:\*[ \t]*|{_TAGS.pattern})$"
"""A pattern of valid If-Match headers for the interface's description, equivalent to `tags_in`."""


class BadCursor(DomainError):
    """The cursor was not issued by us, or is for another list."""

    code = "bad-cursor"
    status = 400
    message = "cursor 不对，请用上一页给出的 next，或去掉它从第一页开始。"


class InvalidEntityTag(DomainError):
    """If-Match is malformed. It must not let a change through."""

    code = "bad-if-match"
    status = 400
    message = "If-Match 写得不对：请原样写读到的 ETag（带双引号），几个之间用逗号，或写 *；不需要比较就不要带这个头。"


class PreconditionFailed(DomainError):
    """The representation has changed since it was read."""

    code = "stale"
    status = 412
    message = "内容已经变了，请重新读取后再改。"


def etag_of(content: str) -> str:
    """Return the entity tag of a representation."""
    return f'"{blake2s(content.encode(), digest_size=12).hexdigest()}"'


def respond(request: HttpRequest, body: BaseModel) -> HttpResponse:
    """Return the representation with its entity tag, or 304 if the client has it (RFC 9110, 13.1.2)."""
    content = body.model_dump_json()
    tag = etag_of(content)
    if _names(request.headers.get("If-None-Match", ""), tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(content, content_type=JSON, headers={"ETag": tag})


def check_unchanged(request: HttpRequest, body: BaseModel) -> None:
    """Raise PreconditionFailed if the client has read an older version (If-Match, RFC 9110, 13.1.1)."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = tags_in(wanted)
    if tags is None:
        raise InvalidEntityTag()
    if tags != [ANY] and etag_of(body.model_dump_json()) not in tags:
        raise PreconditionFailed()


def make_cursor(name: str, place: str) -> str:
    """Return the cursor of the next page of a list. It is signed, so it cannot be forged, and never expires."""
    return signing.dumps([name, place], salt="api.cursor", compress=False)


def read_cursor(name: str, cursor: str) -> str | None:
    """Return the place in the list; None for the first page. Raises BadCursor."""
    if not cursor:
        return None
    try:
        of, place = signing.loads(cursor, salt="api.cursor")
    except (signing.BadSignature, ValueError, TypeError):
        raise BadCursor() from None
    if of != name:
        raise BadCursor()
    return str(place)


def tags_in(header: str) -> list[str] | None:
    """Return the entity tags of a header, or `[ANY]`; None if it is empty or malformed (RFC 9110, 8.8.3, 13.1.1)."""
    if header.strip() == ANY:
        return [ANY]
    return _LIST.findall(header) if _TAGS.fullmatch(header) else None


def _names(header: str, tag: str) -> bool:
    """Return whether If-None-Match names the tag, by weak comparison. A malformed header is ignored."""
    tags = tags_in(header) or []
    return tags == [ANY] or tag in {one.removeprefix("W/") for one in tags}
