from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "tongban.foundation.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.api import subscribers  # noqa: F401
