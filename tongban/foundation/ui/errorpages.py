"""Error pages. Each says what happened and what to do next, and shows no personal data."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from tongban.foundation.city import city
from tongban.foundation.errors import DomainError
from tongban.foundation.ui import lastresort, pages, slots

log = logging.getLogger(__name__)

_TITLES = {
    403: "您不能查看这一页",
    404: "没有找到这一页",
    405: "这一页不能直接打开",
    409: "这一步现在不能办",
    410: "内容已经不在",
    422: "有内容需要修改",
    429: "操作太频繁了",
    503: "暂时打不开",
}
_NEXT_STEPS = {
    403: "请确认登录的是本人账号；仍有疑问，请拨打 {hotline}。",
    404: "请检查网址，或用下面的搜索找您要办的事。",
    409: "您填写的内容都还在。请返回上一页刷新后再试。",
    410: "其他内容不受影响。请返回上一页，或拨打 {hotline} 询问。",
    422: "请返回上一页，按提示修改后再提交。",
    429: "这样限制是为了防止别人冒用您的账号。",
    503: "您填写的内容都还在。请过几分钟再试；事情着急，请拨打 {hotline}。",
}
_OFFICERS_NEXT_STEP = "用错了账号的，请退出后换一个账号登录；工作上需要的，请联系本部门负责人。"


def _page(request: HttpRequest, status: int, title: str, message: str, next_step: str) -> HttpResponse:
    """Render the page in the portal's design, or the plain page of last resort if that fails."""
    context = {"title": title, "message": message, "next_step": next_step, "status": status}
    try:
        return pages.render(request, "ui/error.html", context, status)
    except Exception as error:
        log.error("the page for status %s could not be rendered: %s", status, type(error).__name__)
        return lastresort.page(status, title, message, next_step)


def _next_step(request: HttpRequest, status: int) -> str:
    if status == 403 and _is_officer(request):
        return _OFFICERS_NEXT_STEP
    return _NEXT_STEPS.get(status, _NEXT_STEPS[409]).format(hotline=city().hotline)


def _is_officer(request: HttpRequest) -> bool:
    try:
        viewer = slots.viewer_of(request)
    except Exception as error:  # the page itself then falls back to the one of last resort
        log.error("the viewer of an error page could not be read: %s", type(error).__name__)
        return False
    return viewer is not None and viewer.is_officer


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return the page for a domain error."""
    if error.status in {410, 503}:  # the viewer's name in the header may be what cannot be read
        slots.show_no_viewer(request)
    title = _TITLES.get(error.status, _TITLES[409])
    return _page(request, error.status, title, error.message, _next_step(request, error.status))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a malformed request (400)."""
    return _page(request, 400, "请求有误", "服务器没有读懂这次请求。", "请返回上一页重新操作。")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a missing right (403)."""
    return _page(request, 403, _TITLES[403], "您没有查看或办理这一内容的权限。", _next_step(request, 403))


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """Return the page for an address that only accepts forms, when somebody reloads it or types it in."""
    message = "这个网址只用来提交表单，没有可看的内容；刚才没有办理任何事。"
    return _page(request, 405, _TITLES[405], message, "请返回上一页，或从“我的办件”“办件台”重新进入。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a missing or wrong CSRF token (403)."""
    message = "为了您的安全，这一页已经失效，刚才的操作没有提交。"
    return _page(request, 403, "页面已失效", message, "请返回上一页，刷新后再提交一次。请不要关闭浏览器的 Cookie。")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for an unknown address (404)."""
    return _page(request, 404, _TITLES[404], "网址可能写错了，或者内容已经移走。", _next_step(request, 404))


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for an unexpected error, without looking up the viewer: the database may have failed."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return lastresort.page(503)
    slots.show_no_viewer(request)
    return _page(request, 500, *lastresort.words_of(500))
