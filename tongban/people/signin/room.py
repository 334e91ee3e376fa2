from typing import ClassVar

from tongban.foundation import rooms
from tongban.foundation.operations.queues import Queue
from tongban.foundation.ui.shell import FooterLink
from tongban.foundation.ui.slots import MenuArea, MenuEntry


class Room(rooms.Room):
    name = "tongban.people.signin"
    label = "signin"
    doors = ("ports", "stepup")
    menu = (MenuEntry("账号与安全", "mfa_index", area=MenuArea.MY, below=True, order=60),)
    footer = (FooterLink("账号与安全", "mfa_index", "我的", order=60),)
    places: ClassVar = {"account": "mfa_index", "sign-in": "account_login", "sign-out": "account_logout"}
    queues = (Queue("messages"),)

    def connect(self) -> None:
        from datetime import timedelta

        from allauth.usersessions.models import UserSession

        from tongban.people.identity.stepup import prover
        from tongban.people.signin import signals  # noqa: F401
        from tongban.people.signin.ports import session_followers
        from tongban.people.signin.services import move_session
        from tongban.people.signin.sessions import keep_digests_in
        from tongban.people.signin.stepup import SignInRoom
        from tongban.trust.crypto import indexed

        keep_digests_in(UserSession)
        prover.offer(SignInRoom())
        session_followers.add("signin", move_session)
        for column in ("phone_index", "digest"):
            indexed.declare_short_lived("signin.Code", column, life=timedelta(days=2))  # codes.forget_old_codes
        counted = "counts go on while a key is being replaced, and pass within two days"
        indexed.declare_pinned("signin.Code", "address_index", why=counted)
        indexed.declare_pinned("signin.Attempts", "key", why=counted)
        long = "the code itself is not kept, and it is too long to be guessed"
        indexed.declare_pinned("signin.WindowCheck", "objection_index", why=long)
