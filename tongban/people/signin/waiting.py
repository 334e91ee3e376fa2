"""An administrator's own sign-ins: somebody else's would be noticed here."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from tongban.foundation.ui.filters import cn_when
from tongban.people.identity.access import actor_of_request
from tongban.people.identity.ports import Waiting
from tongban.people.identity.queries import Account
from tongban.people.organisation.rules import ADMINISTRATORS
from tongban.people.signin import known_browsers, queries
from tongban.people.signin.sessions import session_digest


def waiting(request: HttpRequest) -> Iterator[Waiting]:
    """Provide the line to every administrator."""
    actor, account = actor_of_request(request), getattr(request, "user", None)
    if actor is None or not isinstance(account, Account):
        return
    if not actor.has_post(*ADMINISTRATORS):
        return
    here = session_digest(request.session.session_key or "")
    others = [one for one in queries.sessions_of(account)[:20] if one.session_key != here]
    if not others:
        yield Waiting("我的登录", "只有这台设备登录着", "green", reverse("usersessions_list"))
        return
    last = others[0]
    device, since = known_browsers.words_of(last.user_agent), cn_when(last.created_at)
    words = f"另有 {len(others)} 处登录着，最近一处是{device}，{since} 登录。不认识的，请让它退出"
    yield Waiting("我的登录", words, "yellow", reverse("usersessions_list"))
