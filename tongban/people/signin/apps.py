from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "tongban.people.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from datetime import timedelta

        from allauth.usersessions.models import UserSession

        from tongban.foundation.ui.slots import MenuEntry, register_menu
        from tongban.people.identity.stepup import register_prover
        from tongban.people.signin import signals, subscribers  # noqa: F401
        from tongban.people.signin.ports import follow_sessions
        from tongban.people.signin.services import move_session
        from tongban.people.signin.sessions import keep_digests_in
        from tongban.people.signin.stepup import SignInRoom
        from tongban.trust.crypto import indexed

        keep_digests_in(UserSession)
        register_prover(SignInRoom())
        follow_sessions(move_session)
        register_menu(MenuEntry("账号与安全", "/account/", area="my", prefixes=("/account/",), order=60))
        for column in ("phone_index", "digest"):
            indexed.declare_passing("signin.Code", column, life=timedelta(days=2))  # codes.forget_old_codes
        counted = "counts go on while a key is being replaced, and pass within two days"
        indexed.declare_pinned("signin.Code", "address_index", why=counted)
        indexed.declare_pinned("signin.Attempts", "key", why=counted)
        long = "the code itself is not kept, and it is too long to be guessed"
        indexed.declare_pinned("signin.WindowCheck", "objection_index", why=long)
