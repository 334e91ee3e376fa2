from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "tongban.foundation.backups"
    label = "backups"

    def ready(self) -> None:
        from tongban.foundation.backups import checks

        checks.register()
