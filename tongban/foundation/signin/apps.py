from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "tongban.foundation.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.identity.stepup import register_prover
        from tongban.foundation.signin import signals, subscribers  # noqa: F401
        from tongban.foundation.signin.stepup import SignInRoom
        from tongban.foundation.ui.slots import MenuEntry, register_menu

        register_prover(SignInRoom())
        register_menu(MenuEntry("账号与安全", "/account/", area="my", prefixes=("/account/",), order=60))
