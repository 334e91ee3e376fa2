from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "tongban.foundation.signin"
    label = "signin"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.identity.stepup import register_prover
        from tongban.foundation.signin import signals  # noqa: F401
        from tongban.foundation.signin.stepup import SignInRoom

        register_prover(SignInRoom())
