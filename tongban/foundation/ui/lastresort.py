"""Pages of last resort, which depend on nothing: no request, session, database, template or other room.

Their text is built in advance, so that the original error cannot occur here again.
"""

import json
from html import escape

from django.conf import settings
from django.http import HttpResponse
from django.templatetags.static import static

from tongban.foundation.city import city
from tongban.foundation.ui import headers
from tongban.foundation.ui.sheets import sheet_of

TEXTS = {
    400: ("请求有误", "服务器没有读懂这次请求。", "请检查网址，或从首页重新进入。"),
    500: (
        "系统暂时繁忙",
        "系统出了问题，不是您的操作有误。已经提交的内容不会丢失。",
        "请过几分钟再试；事情着急，请拨打 {hotline}。",
    ),
    503: (
        "系统正在恢复",
        "数据库暂时连接不上，这一页现在打不开。已经提交的内容不会丢失。",
        "请过一分钟再试；事情着急，请拨打 {hotline}。",
    ),
}
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - {product}</title><link rel="stylesheet" href="{style}"></head>
<body><main class="tb-error tb-sheet"><h1>{title}</h1><p class="tb-error__message">{message}</p><p>{next_step}</p>
<p><a href="/">回到首页</a></p></main></body></html>
"""
HEADERS = {
    **headers.ALWAYS,
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


def page(status: int, title: str = "", message: str = "", next_step: str = "") -> HttpResponse:
    """Return a page that says what happened and what to do next. Without a title, the status decides the texts."""
    if not title:
        title, message, next_step = words_of(status)
    words = {"title": title, "message": message, "next_step": next_step, "product": city().product}
    content = _PAGE.format(style=_style(), **{key: escape(text) for key, text in words.items()})
    return _with_headers(HttpResponse(content, status=status, content_type="text/html; charset=utf-8"))


def _style() -> str:
    """Return the address of the style sheet; the plain one is always served too."""
    try:
        return static(sheet_of("normal"))
    except Exception:  # nothing may fail here
        return f"/static/{sheet_of('normal')}"


def problem(status: int, message: str = "", next_step: str = "") -> HttpResponse:
    """Return the same as problem details (RFC 9457), for the programming interface."""
    title, *words = words_of(status)
    if not message:
        message, next_step = words
    body = {"type": f"urn:tongban:problem:{status}", "title": title, "status": status, "detail": message + next_step}
    content = json.dumps(body, ensure_ascii=False)
    return _with_headers(HttpResponse(content, status=status, content_type="application/problem+json"))


def words_of(status: int) -> tuple[str, str, str]:
    """Return title, message and next step for a status."""
    title, message, next_step = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    return title, message, next_step.format(hotline=city().hotline)


def _with_headers(response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if settings.SECURE_HSTS_SECONDS:
        response.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    if response.status_code == 503:
        response.headers["Retry-After"] = "60"
    return response
