from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "tongban.foundation.operations"
    label = "operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tongban.foundation.operations import checks

        checks.register()
