from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "tongban.foundation.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.identity.stepup import register_prover
        from tongban.foundation.signin import signals  # noqa: F401
        from tongban.foundation.signin.ports import follow_sessions
        from tongban.foundation.signin.services import move_session
        from tongban.foundation.signin.stepup import SignInRoom
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_prover(SignInRoom())
        follow_sessions(move_session)
        register_menu(MenuEntry("账号与安全", "/account/", area="my", prefixes=("/account/",), order=60))
