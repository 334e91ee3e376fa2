from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "tongban.foundation.backups"
    label = "backups"
