from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "tongban.foundation.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from datetime import timedelta

        from allauth.usersessions.models import UserSession

        from tongban.foundation.crypto import indexed
        from tongban.foundation.identity.stepup import register_prover
        from tongban.foundation.signin import signals  # noqa: F401
        from tongban.foundation.signin.sessions import keep_digests_in
        from tongban.foundation.signin.stepup import SignInRoom
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        keep_digests_in(UserSession)
        register_prover(SignInRoom())
        register_menu(MenuEntry("账号与安全", "/account/", area="my", prefixes=("/account/",), order=60))
        for column in ("phone_index", "address_index", "digest"):
            indexed.declare_passing("signin.Code", column, life=timedelta(days=2))  # codes.forget_old_codes
        indexed.declare_passing("signin.Attempts", "key", life=timedelta(days=1))
