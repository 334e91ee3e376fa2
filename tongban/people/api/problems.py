"""Every refusal of the interface as problem details (RFC 9457), with a sentence and the places to correct."""

import json
from collections.abc import Iterable, Sequence
from typing import Any  # pydantic describes an error by values of any type

from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import BaseModel

from tongban.foundation.errors import DomainError

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求有误",
    401: "没有登录或令牌无效",
    403: "没有权限",
    404: "没有找到",
    405: "这个地址不支持这种方法",
    409: "现在不能这样办",
    412: "内容已经变了",
    413: "内容太大",
    415: "不支持的内容类型",
    422: "内容需要修改",
    429: "请求太多",
    500: "系统暂时繁忙",
    503: "暂时打不开",
}
DETAILS = {
    400: "服务器没有读懂这次请求，请检查 JSON 和编码：用 UTF-8，不能有 NUL 和不完整的字符（\\ud800 之类）。",
    401: "请在 Authorization 里带上有效的令牌：Bearer <令牌>。令牌可能写错、过期或已被撤销。",
    404: "没有这个地址，请对照 /api/v1/openapi.json 检查。",
    405: "请对照 /api/v1/openapi.json 检查方法。",
    413: "JSON 不超过 1 MB，文件不超过 10 MB，请减小后再传。",
    429: "请稍后再试，或降低请求的频率。",
    500: "不是您的请求有误；已经提交的内容不会丢失，请稍后再试。",
    503: "系统正在恢复；已经提交的内容不会丢失，请过一分钟再试。",
}
SENTENCES = {
    "missing": "缺少这个字段，请补上",
    "extra_forbidden": "没有这个字段，请删去或检查拼写",
    "string_too_long": "太长了，最多 {max_length} 个字符",
    "string_too_short": "太短了，至少 {min_length} 个字符",
    "string_pattern_mismatch": "格式不对，请对照接口说明检查",
    "literal_error": "只能是 {expected} 之一",
    "enum": "只能是 {expected} 之一",
    "uuid_parsing": "应是 UUID",
    "int_parsing": "应是整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}


class ProblemDetail(BaseModel):
    """One place to correct."""

    pointer: str
    """JSON pointer into the body, or the name of a parameter."""
    detail: str


class Problem(BaseModel):
    """Problem details of RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemDetail] = []


def answer(
    status: int,
    *,
    code: str = "",
    detail: str = "",
    errors: Iterable[ProblemDetail] = (),
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return a problem as a response."""
    problem = Problem(
        type=f"urn:tongban:problem:{code or status}",
        title=TITLES.get(status, TITLES[400]),
        status=status,
        detail=detail or DETAILS.get(status, TITLES.get(status, "")),
        errors=list(errors),
    )
    content = json.dumps(problem.model_dump(), ensure_ascii=False)
    return HttpResponse(content, status=status, content_type=MEDIA_TYPE, headers=headers)


def of_domain(request: HttpRequest, error: object) -> HttpResponse:
    """Return the problem for a DomainError, with the places that the error names (`problems` or `field`)."""
    assert isinstance(error, DomainError)
    details = [
        ProblemDetail(pointer=_place(p.page, p.field), detail=p.sentence) for p in getattr(error, "problems", ())
    ]
    if error.field and not details:
        details = [ProblemDetail(pointer=f"/{_escaped(error.field)}", detail=error.message)]
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return answer(error.status, code=error.code, detail=error.message, errors=details, headers=headers)


def of_validation(request: HttpRequest, error: object) -> HttpResponse:
    """Return the problem for values that do not fit the schema (Ninja's ValidationError), each with its place."""
    assert isinstance(error, ValidationError)
    details = [ProblemDetail(pointer=_pointer(one["loc"]), detail=_sentence(one)) for one in error.errors[:50]]
    return answer(422, code="invalid", detail=f"有 {len(error.errors)} 处不符合接口说明。", errors=details)


def of_http(request: HttpRequest, error: object) -> HttpResponse:
    """Return the problem for an HttpError of Ninja."""
    assert isinstance(error, HttpError)
    if isinstance(error, Throttled):
        return answer(429, headers={"Retry-After": str(error.wait or 1)})
    if isinstance(error, AuthenticationError):
        return answer(401, code="no-token", headers={"WWW-Authenticate": "Bearer"})
    return answer(error.status_code)


def _place(page: str, field: str) -> str:
    return f"/{'materials' if page == 'materials' else 'answers'}/{_escaped(field)}"


def _pointer(place: Sequence[object]) -> str:
    """Return a JSON pointer into the body, or the name of another parameter."""
    if place and place[0] == "body":
        return "".join(f"/{_escaped(part)}" for part in place[2:]) or "/"
    return str(place[-1]) if place else ""


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _sentence(error: dict[str, Any]) -> str:
    sentence = SENTENCES.get(error["type"], "这个值不符合接口说明")
    try:
        return sentence.format(**error.get("ctx", {}))
    except KeyError:
        return sentence
