from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry
from tongban.foundation.ui.targets import SearchTarget
from tongban.people.identity.audiences import Audience


class Room(rooms.Room):
    name = "tongban.people.signin"
    label = "signin"
    doors = ("addresses", "ports", "stepup")
    menu = (MenuEntry("账号与安全", "mfa_index", area=MenuArea.MY, matches_subpages=True, order=60),)
    footer = (FooterLink("账号与安全", "mfa_index", "我的", order=60),)
    places = {"account": "mfa_index", "sign-in": "account_login", "sign-out": "account_logout"}
    styles = ("signin/signin.css",)
    search_targets = (
        SearchTarget(
            "登录",
            "account_login",
            "登陆、怎么登录、登录不了、登不上、账号登录、进不去",
            "查自己的办件和证照",
        ),
        SearchTarget(
            "忘记密码",
            "signin:forgotten",
            "密码忘了、找回密码、重置密码、改密码、密码错误、密码",
            "用手机验证码重设",
        ),
        SearchTarget(
            "注册账号",
            "signin:register",
            "注册、开账号、开通账号、怎么注册、新用户",
            "大约两分钟",
        ),
        SearchTarget(
            "账号与安全",
            "mfa_index",
            "换手机号、改手机号、注销账号、通行密钥、登录设备、修改密码",
            "要登录",
        ),
    )
    queues = (Queue("messages"),)
    audiences = {
        "account_login": Audience.EVERYBODY,
        "account_logout": Audience.EVERYBODY,
        "mfa_authenticate": Audience.EVERYBODY,
        "mfa_login_webauthn": Audience.EVERYBODY,
        "account_reauthenticate": Audience.SIGNED_IN,
        "mfa_reauthenticate": Audience.SIGNED_IN,
        "mfa_reauthenticate_webauthn": Audience.SIGNED_IN,
        "mfa_index": Audience.SIGNED_IN,
        "usersessions_list": Audience.SIGNED_IN,
        "mfa_activate_totp": Audience.PROVED,
        "mfa_deactivate_totp": Audience.PROVED,
        "mfa_add_webauthn": Audience.PROVED,
        "mfa_remove_webauthn": Audience.PROVED,
        "mfa_edit_webauthn": Audience.PROVED,
        "mfa_view_recovery_codes": Audience.PROVED,
        "mfa_generate_recovery_codes": Audience.PROVED,
        "signin:ask-code": Audience.EVERYBODY,
        "signin:check-code": Audience.EVERYBODY,
        "signin:device": Audience.EVERYBODY,
        "signin:register": Audience.EVERYBODY,
        "signin:register-check": Audience.EVERYBODY,
        "signin:forgotten": Audience.EVERYBODY,
        "signin:forgotten-check": Audience.EVERYBODY,
        "signin:password": Audience.PROVED,
        "signin:phone": Audience.PROVED,
        "signin:phone-check": Audience.PROVED,
        "signin:close": Audience.PROVED,
        "signin:first-password": Audience.PROVED,
        "signin:offer": Audience.OWNER,
        "signin:check-objection": Audience.OWNER,
        "signin:objection": Audience.EVERYBODY,
        "signin:level": Audience.SIGNED_IN,
        "signin:kept": Audience.SIGNED_IN,
        "signin:kept-form": Audience.SIGNED_IN,
    }

    def connect(self) -> None:
        from datetime import timedelta

        from allauth.usersessions.models import UserSession

        from tongban.foundation.ui.page_cache import harmless
        from tongban.people.identity.ports import administration
        from tongban.people.identity.stepup import prover
        from tongban.people.signin import cookies, signals  # noqa: F401
        from tongban.people.signin.ports import session_followers
        from tongban.people.signin.services import move_session
        from tongban.people.signin.sessions import store_session_digests
        from tongban.people.signin.stepup import SignInRoom
        from tongban.people.signin.waiting import waiting
        from tongban.trust.crypto import indexed

        store_session_digests(UserSession)
        prover.offer(SignInRoom())
        harmless.add(cookies.MARK, "the session was saved under its own cookie")
        administration.add("signin", waiting)
        session_followers.add("signin", move_session)
        for column in ("phone_index", "digest"):
            indexed.declare_short_lived("signin.Code", column, life=timedelta(days=2))  # codes.forget_old_codes
        counted = "counts go on while a key is being replaced, and pass within two days"
        for column in ("address_index", "browser_index"):
            indexed.declare_pinned("signin.Code", column, why=counted)
        indexed.declare_pinned("signin.Attempts", "key", why=counted)
        long = "the code itself is not kept, and it is too long to be guessed"
        indexed.declare_pinned("signin.WindowCheck", "objection_index", why=long)
