"""That it is really he who gives a right away: asked again in the form itself.

One place, so that the step-up of the sign-in room (a second factor instead of the password) can take over here.
"""

from typing import Any

from django.http import HttpRequest

WRONG = "登录密码不对。为防止别人拿您的手机授权，请再输入一次您自己的登录密码。"


def is_himself(request: HttpRequest) -> bool:
    """Whether the password typed in the form is the signed-in account's."""
    account: Any = request.user
    return bool(account.check_password(request.POST.get("password", "")))
