from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tongban.portal.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
