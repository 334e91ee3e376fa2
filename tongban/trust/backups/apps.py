from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "tongban.trust.backups"
    label = "backups"

    def ready(self) -> None:
        from tongban.trust.backups import checks

        checks.register()
